import { installedRenderers, rendererPath } from '@fleetmend/render';
import { delimiter } from 'node:path';

/** Why what follows is skipped; undefined: the programs are there. */
export const MISSING_HELM = ((): string | undefined => {
  const { helm, kustomize } = installedRenderers(process.env);
  return helm && kustomize ? undefined : `there is no helm or no kustomize in ${rendererPath(process.env).split(delimiter).join(', ')}: run npm run lab -- build helm kustomize`;
})();

export const CHECKOUT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' } as const;
export const MEMORY = ['spec', 'template', 'spec', 'containers', '[name=app]', 'resources', 'limits', 'memory'] as const;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          resources: {{- toYaml .Values.resources | nindent 12 }}
`;

/** A chart with one Deployment whose resources, image and size are values. */
export function aChart(folder: string): Readonly<Record<string, string>> {
  return {
    [`${folder}/Chart.yaml`]: 'apiVersion: v2\nname: checkout\nversion: 1.0.0\n',
    [`${folder}/values.yaml`]: 'replicas: 1\nimage:\n  repository: shop\n  tag: "1"\nresources:\n  limits:\n    memory: 32Mi\n',
    [`${folder}/templates/deployment.yaml`]: DEPLOYMENT,
  };
}
