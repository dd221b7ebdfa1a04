/** @module The embedded, honest Kubernetes API with its own simulated nodes. */
export * from './objects.ts';
export { openStore, type Store, type StoreOptions } from './store/store.ts';
export { type ApiServer, type ApiServerOptions, createApiServer } from './api/api-server.ts';
export type { RequestContext } from './api/routes/request.ts';
export type { LogRequest, PodLogs } from './api/routes/pod-logs.ts';
