/** @module The edge to Kubernetes: kubeconfig, a small typed HTTP client, the reflector, and a writer that may touch only what it was given. */
export * from './discovery.ts';
export * from './kube-client.ts';
export * from './kube-errors.ts';
export * from './kubeconfig.ts';
export * from './objects.ts';
export * from './projection.ts';
export * from './reflector.ts';
export * from './resource-type.ts';
export * from './watch-stream.ts';
export * from './writer.ts';
