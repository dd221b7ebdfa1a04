const REAL = /^(ProcessWrap|FSReq|CloseReq)/;

/** True while this process waits for a child process or a file: a virtual clock may not move on meanwhile. */
export function isOutsideBusy(): boolean {
  return process.getActiveResourcesInfo().some((resource) => REAL.test(resource));
}
