import type { KubeObject } from '@fleetmend/model';

/** The one image that both worlds have; no other tag exists. */
export const LABAPP = '127.0.0.1:5999/labapp:1';

export interface PodParts {
  /** Of the container `app`. */
  readonly args?: readonly string[];
  readonly image?: string;
  readonly container?: object;
  readonly pod?: object;
}

const LABELS = { app: 'app' };

const podSpec = ({ args = [], image = LABAPP, container = {}, pod = {} }: PodParts): object => ({
  terminationGracePeriodSeconds: 1,
  ...pod,
  containers: [{ name: 'app', image, args, ...container }, ...('containers' in pod ? (pod.containers as readonly object[]) : [])],
});

const template = (parts: PodParts): object => ({ metadata: { labels: LABELS }, spec: podSpec(parts) });

export const pod = (parts: PodParts = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app' }, spec: podSpec(parts) });

export const deployment = (parts: PodParts = {}, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app' },
  spec: { replicas: 1, selector: { matchLabels: LABELS }, template: template(parts), ...spec },
});

export const statefulSet = (parts: PodParts = {}, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'app' },
  spec: { replicas: 2, serviceName: 'app', selector: { matchLabels: LABELS }, template: template(parts), ...spec },
});

export const daemonSet = (parts: PodParts = {}, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'app' },
  spec: { selector: { matchLabels: LABELS }, template: template(parts), ...spec },
});

const onceTemplate = (parts: PodParts): object => template({ ...parts, pod: { restartPolicy: 'Never', ...parts.pod } });

export const job = (parts: PodParts = {}, spec: object = {}): KubeObject => ({
  apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'app' }, spec: { template: onceTemplate(parts), ...spec },
});

export const cronJob = (spec: object = {}): KubeObject => ({
  apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'app' },
  spec: { schedule: '* * * * *', jobTemplate: { spec: { template: onceTemplate({ args: ['--exit=0'] }) } }, ...spec },
});

export const configMap = (name: string, data: Readonly<Record<string, string>>): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

export const secret = (name: string, stringData: Readonly<Record<string, string>>): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });

export const claim = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
