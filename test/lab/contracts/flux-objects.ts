/** A GitRepository, and a Kustomization of the same name that applies a folder of it, as the lab's specs use them. */
export const fluxObjects = (options: { readonly name: string; readonly namespace: string; readonly url: string; readonly path: string }): object => {
  const metadata = { name: options.name, namespace: options.namespace };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata, spec: { interval: '2s', url: options.url, ref: { branch: 'main' } } },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata,
        spec: { interval: '1m', retryInterval: '5s', timeout: '30s', prune: true, path: `./${options.path}`, sourceRef: { kind: 'GitRepository', name: options.name } },
      },
    ],
  };
};
