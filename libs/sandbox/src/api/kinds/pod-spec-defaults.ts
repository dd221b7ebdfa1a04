import { isObject, type Json, listAt } from '../json.ts';

/** Fills in a pod spec as the real server does, in pods and in templates alike. The spec is changed in place. */
export function defaultPodSpec(spec: Json): void {
  spec['restartPolicy'] ??= 'Always';
  spec['dnsPolicy'] ??= 'ClusterFirst';
  spec['schedulerName'] ??= 'default-scheduler';
  spec['terminationGracePeriodSeconds'] ??= 30;
  spec['securityContext'] ??= {};
  const account = spec['serviceAccountName'] ?? spec['serviceAccount'];
  if (account !== undefined) {
    spec['serviceAccountName'] ??= account;
    if (spec['serviceAccount'] !== account) spec['serviceAccount'] = account;
  }
  const hostNetwork = spec['hostNetwork'] === true;
  for (const container of [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]) defaultContainer(container, hostNetwork);
  for (const volume of listAt(spec, 'volumes')) defaultVolume(volume);
}

export function defaultContainer(container: Json, hostNetwork: boolean): void {
  container['terminationMessagePath'] ??= '/dev/termination-log';
  container['terminationMessagePolicy'] ??= 'File';
  container['imagePullPolicy'] ??= pullPolicy(typeof container['image'] === 'string' ? container['image'] : '');
  container['resources'] ??= {};
  for (const port of listAt(container, 'ports')) {
    port['protocol'] ??= 'TCP';
    if (hostNetwork) port['hostPort'] ??= port['containerPort'];
  }
  for (const env of listAt(container, 'env')) defaultFieldRef((env['valueFrom'] as Json | undefined)?.['fieldRef']);
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (isObject(probe)) defaultProbe(probe);
  }
  const lifecycle = container['lifecycle'];
  if (isObject(lifecycle)) for (const hook of Object.values(lifecycle)) if (isObject(hook)) defaultHttpGet(hook['httpGet']);
}

/** `Always` for `latest` and for no tag at all, which is the same. A digest pins. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Json): void {
  probe['timeoutSeconds'] ||= 1;
  probe['periodSeconds'] ||= 10;
  probe['successThreshold'] ||= 1;
  probe['failureThreshold'] ||= 3;
  if (isObject(probe['grpc'])) probe['grpc']['service'] ??= '';
  defaultHttpGet(probe['httpGet']);
}

function defaultHttpGet(action: unknown): void {
  if (!isObject(action)) return;
  action['path'] ||= '/';
  action['scheme'] ||= 'HTTP';
}

function defaultFieldRef(reference: unknown): void {
  if (isObject(reference)) reference['apiVersion'] ??= 'v1';
}

const FILE_MODE = 420;

function defaultVolume(volume: Json): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {};
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const content = volume[source];
    if (isObject(content)) content['defaultMode'] ??= FILE_MODE;
  }
  for (const item of listAt(volume, 'downwardAPI', 'items')) defaultFieldRef(item['fieldRef']);
  for (const source of listAt(volume, 'projected', 'sources')) {
    if (isObject(source['serviceAccountToken'])) source['serviceAccountToken']['expirationSeconds'] ??= 3600;
    for (const item of listAt(source, 'downwardAPI', 'items')) defaultFieldRef(item['fieldRef']);
  }
  if (isObject(volume['hostPath'])) volume['hostPath']['type'] ??= '';
  const claim = isObject(volume['ephemeral']) ? volume['ephemeral']['volumeClaimTemplate'] : undefined;
  if (isObject(claim) && isObject(claim['spec'])) claim['spec']['volumeMode'] ??= 'Filesystem';
}

/** Templates always have both parts, even when empty. */
export function defaultTemplate(owner: Json): Json {
  const template = isObject(owner['template']) ? owner['template'] : {};
  if (template !== owner['template']) owner['template'] = template;
  template['metadata'] ??= {};
  template['spec'] ??= {};
  defaultPodSpec(template['spec'] as Json);
  return template;
}
