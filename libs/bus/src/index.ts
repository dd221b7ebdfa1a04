/** @module The courier between agents and the hub: one interface, carried in one process or by NATS JetStream. Losing a message must not lose a failure. */
export * from './bus.ts';
export * from './clusters.ts';
export * from './consume.ts';
export * from './in-process/in-process.ts';
export * from './messages.ts';
export * from './nats/nats.ts';
export * from './nats/identities.ts';
export * from './nats/permissions.ts';
export * from './nats/push-account.ts';
export * from './nats/set-up.ts';
export * from './subjects.ts';
