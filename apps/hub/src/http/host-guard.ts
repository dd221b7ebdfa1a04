import { isIP } from 'node:net';
import { ForbiddenException, type CanActivate, type ExecutionContext } from '@nestjs/common';

/**
 * Refuses requests whose Host header names neither an address nor a host that the config allows: a page from elsewhere
 * that has its own name resolve to this machine (DNS rebinding) sends that name.
 */
export class HostGuard implements CanActivate {
  readonly #allowed: ReadonlySet<string>;

  constructor(allowedHosts: readonly string[]) {
    this.#allowed = new Set(['localhost', ...allowedHosts.map((host) => host.toLowerCase())]);
  }

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { headers } = context.switchToHttp().getRequest<{ readonly headers: { readonly host?: string } }>();
    const host = hostOf(headers.host ?? '');
    if (this.#allowed.has(host) || isIP(host) !== 0) return true;
    throw new ForbiddenException(`this hub does not serve the host name "${host}": add it to hub.http.allowedHosts`);
  }
}

/** `[::1]:8080` and `localhost:8080` without port and brackets, in lower case. */
function hostOf(header: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(header);
  return (bracketed?.[1] ?? header.replace(/:\d+$/, '')).toLowerCase();
}
