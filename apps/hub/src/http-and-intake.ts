import 'reflect-metadata';
import type { Clock } from '@fleetmend/kernel';
import { messageOf } from '@fleetmend/kernel';
import type { Logger } from '@fleetmend/telemetry';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger as NestPinoLogger } from 'nestjs-pino';
import { HubModule } from './hub.module.ts';
import type { HubParts } from './hub-parts.ts';
import { AccessGuard } from './http/access-guard.ts';
import { HostGuard } from './http/host-guard.ts';
import { listen } from './http/listen.ts';
import { BusTransport } from './intake/bus-transport.ts';

export interface HttpAndIntake {
  readonly url: string;
  close(): Promise<void>;
}

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'referrer-policy': 'no-referrer' } as const;

/** Starts Nest: HTTP first, so that a port in use ends the start before a single event was taken; then the intake. */
export async function startHttpAndIntake({ parts, clock, log }: { readonly parts: HubParts; readonly clock: Clock; readonly log: Logger }): Promise<HttpAndIntake> {
  // An open event stream may not hold up the end of the process.
  const adapter = new FastifyAdapter({ forceCloseConnections: true });
  const app = await NestFactory.create<NestFastifyApplication>(HubModule.with(parts, log), adapter, { bufferLogs: true, abortOnError: false });
  app.useLogger(app.get(NestPinoLogger));
  app.useGlobalGuards(new HostGuard(parts.config.http.allowedHosts), new AccessGuard(parts.access));
  adapter.getInstance().addHook('onSend', async (_request: unknown, reply: { hasHeader(name: string): boolean; header(name: string, value: string): unknown }) => {
    for (const [name, value] of Object.entries(HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value);
  });
  const onTrouble = (error: unknown, event: { readonly cluster: string; readonly fingerprint: string }) =>
    log.warn({ 'fleetmend.cluster': event.cluster, 'fleetmend.fingerprint': event.fingerprint, err: error }, `a failure event was not taken in and will come again: ${messageOf(error)}`);
  app.connectMicroservice({ strategy: new BusTransport({ bus: parts.bus, clock, onTrouble }) });
  try {
    const url = await listen(app, parts.config.http);
    await app.startAllMicroservices();
    return { url, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
