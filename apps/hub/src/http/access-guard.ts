import { messageOf } from '@fleetmend/kernel';
import { ForbiddenException, ServiceUnavailableException, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { bearerOf, type Access, type Viewer } from './access.ts';

/** A request, with what its caller may see once the guard let it pass. */
export interface AskedBy {
  readonly url: string;
  readonly headers: { readonly authorization?: string };
  viewer?: Viewer;
}

/** What tells nothing of any cluster: the page's own files, and that the process lives. */
const PUBLIC = /^\/($|\?|assets\/|healthz|readyz)/;

/** Lets nobody through whom the hub cluster does not know. What they may see is asked where it is read. */
export class AccessGuard implements CanActivate {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<AskedBy>();
    if (PUBLIC.test(request.url)) return true;
    const viewer = await answered(this.#access.viewer(bearerOf(request.headers.authorization)));
    if (viewer === undefined) throw new UnauthorizedException('send a token of the hub cluster as "Authorization: Bearer …"; `kubectl create token` makes one');
    const path = request.url.replace(/\?.*/, '');
    if (!path.startsWith('/api/') && !(await answered(viewer.mayReach(path)))) throw new ForbiddenException(`your roles do not name ${path} under nonResourceURLs with the verb get`);
    request.viewer = viewer;
    return true;
  }
}

/** Who cannot be asked about sees nothing, and it is not the caller's fault. */
export async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    throw new ServiceUnavailableException(`the hub cluster does not say who you are or what you may see: ${messageOf(error)}`);
  }
}
