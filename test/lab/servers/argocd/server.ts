import type { GoServer } from '../../build/go-server.ts';

/** Argo CD is one binary that takes its role from the name it is called by. Newer lines need a nested module that is not published. */
export const argocd: GoServer = {
  name: 'argocd',
  module: 'github.com/argoproj/argo-cd/v3',
  version: 'v3.1.16',
  package: 'github.com/argoproj/argo-cd/v3/cmd',
  binaries: ['argocd', 'argocd-application-controller', 'argocd-repo-server'],
  ldflags: ['-X github.com/argoproj/argo-cd/v3/common.version=3.1.16'],
  share: ['manifests/crds/application-crd.yaml', 'manifests/crds/appproject-crd.yaml'],
  coldSeconds: 285,
};
