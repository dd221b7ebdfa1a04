const REAL = /^(ProcessWrap|FSReq|CloseReq)/;

/** What this process is about beyond a virtual clock: waits for a child process or a file, or for its next turn. */
export function outside(): 'busy' | 'soon' | 'idle' {
  const resources = process.getActiveResourcesInfo();
  if (resources.some((resource) => REAL.test(resource))) return 'busy';
  return resources.includes('Immediate') ? 'soon' : 'idle';
}
