/** How programs say that a name does not resolve. Source: Go, glibc, musl, Node, Java, Python, nginx. */
const NO_SUCH_HOST = [/lookup ([a-zA-Z0-9.-]+?)(?: on [^:]+(?::\d+)?)?: no such host/, /ENOTFOUND ([a-zA-Z0-9.-]+)/, /UnknownHostException: ([a-zA-Z0-9.-]+)/, /could not translate host name "([^"]+)"/, /host not found in upstream "([a-zA-Z0-9.-]+)/, /Could not resolve host: ([a-zA-Z0-9.-]+)/i, /getaddrinfo (?:EAI_AGAIN )?([a-zA-Z0-9.-]+)/];

/** The host that a text says nobody knows. */
export function unresolvedHost(text: string): string | undefined {
  for (const pattern of NO_SUCH_HOST) {
    const host = pattern.exec(text)?.[1];
    if (host !== undefined) return host;
  }
  return undefined;
}
