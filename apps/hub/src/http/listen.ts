import { isPermanent, messageOf, PermanentError } from '@fleetmend/kernel';
import type { HubConfig } from '@fleetmend/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * Starts to listen; answers the address to reach it at.
 * @throws PermanentError `PortInUse`, `AddressUnusable`.
 */
export async function listen(app: NestFastifyApplication, { host, port }: HubConfig['http']): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (error) {
    if (isPermanent(error)) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new PermanentError('PortInUse', `port ${port} of ${host} is taken by another process: stop it, or set hub.http.port (0 takes a free one)`, { cause: error });
    throw new PermanentError('AddressUnusable', `the hub cannot listen on ${host}:${port}: ${messageOf(error)}; set hub.http.host and hub.http.port`, { cause: error });
  }
  return app.getUrl();
}
