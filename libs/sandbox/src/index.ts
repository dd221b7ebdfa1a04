/** @module The embedded, honest Kubernetes API with its own simulated nodes. */
export * from './objects.ts';
export { openStore, type Store, type StoreOptions } from './store/store.ts';
export { type ApiServer, type ApiServerOptions, createApiServer } from './api/api-server.ts';
export type { RequestContext } from './api/routes/request.ts';
export type { LogRequest, PodLogs } from './api/routes/pod-logs.ts';
export { type Identity, identityOf } from './http/identity.ts';
export { type KubeconfigCluster, renderKubeconfig } from './http/kubeconfig.ts';
export { serveApi, type ServeOptions, type Serving } from './http/serve.ts';
export { imageCatalog, LABAPP_IMAGE, type Image, type ImageAnswer, type ImageCatalog } from './images/catalog.ts';
export { startPhysics, type Physics, type PhysicsOptions } from './physics/physics.ts';
export { DEFAULT_PROFILE, SHORT_PROFILE, type PhysicsProfile } from './physics/runtime/profile.ts';
export { startApplier, type Applier, type ApplierOptions } from './applier/applier.ts';
export type { RenderKustomization, RepositoryReader, RepositoryWriter } from './applier/repository.ts';
