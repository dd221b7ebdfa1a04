import type { ClusterObjects } from '../../objects.ts';
import type { ConfigMap, Secret, Service } from '../shapes/cluster.ts';
import type { Container, EnvVar, KeyReference, Pod } from '../shapes/pod.ts';

/** The environment of a container, or why the kubelet cannot make it, in the kubelet's words. */
export type EnvironmentAnswer = { readonly env: ReadonlyMap<string, string> } | { readonly problem: string };

type Kind = 'ConfigMap' | 'Secret';

/** Service variables, then `envFrom`, then `env`; later names win, `$(NAME)` refers to earlier ones. */
export function resolveEnvironment(objects: ClusterObjects, pod: Pod, container: Container): EnvironmentAnswer {
  const namespace = pod.metadata.namespace ?? 'default';
  const env = new Map<string, string>([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ['HOSTNAME', pod.spec.hostname ?? pod.metadata.name], ...serviceVariables(objects, namespace)]);
  for (const source of container.envFrom ?? []) {
    const kind: Kind = source.configMapRef ? 'ConfigMap' : 'Secret';
    const reference = source.configMapRef ?? source.secretRef;
    if (!reference) continue;
    const data = readData(objects, kind, namespace, reference.name);
    if (!data && !reference.optional) return { problem: notFound(kind, reference.name) };
    for (const [key, value] of Object.entries(data ?? {})) env.set(`${source.prefix ?? ''}${key}`, value);
  }
  for (const variable of container.env ?? []) {
    const answer = readVariable(objects, pod, variable, container);
    if ('problem' in answer) return answer;
    if (answer.value !== undefined) env.set(variable.name, expand(answer.value, env));
  }
  return { env };
}

/** Replaces `$(NAME)` by the variable's value; `$$(NAME)` stays as `$(NAME)`, unknown names stay as they are. */
export function expand(text: string, env: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (whole, name?: string) => (name === undefined ? '$' : (env.get(name) ?? whole)));
}

type VariableAnswer = { readonly value: string | undefined } | { readonly problem: string };

function readVariable(objects: ClusterObjects, pod: Pod, { value, valueFrom }: EnvVar, container: Container): VariableAnswer {
  if (valueFrom?.configMapKeyRef) return readKey(objects, 'ConfigMap', pod, valueFrom.configMapKeyRef);
  if (valueFrom?.secretKeyRef) return readKey(objects, 'Secret', pod, valueFrom.secretKeyRef);
  if (valueFrom?.fieldRef) return { value: readField(pod, valueFrom.fieldRef.fieldPath) };
  if (valueFrom?.resourceFieldRef) return { value: readResource(container, valueFrom.resourceFieldRef.resource) };
  return { value: value ?? '' };
}

function readKey(objects: ClusterObjects, kind: Kind, pod: Pod, { name, key, optional }: KeyReference): VariableAnswer {
  const namespace = pod.metadata.namespace ?? 'default';
  const data = readData(objects, kind, namespace, name);
  if (!data) return optional ? { value: undefined } : { problem: notFound(kind, name) };
  const value = data[key];
  if (value === undefined && !optional) return { problem: `couldn't find key ${key} in ${kind} ${namespace}/${name}` };
  return { value };
}

function readData(objects: ClusterObjects, kind: Kind, namespace: string, name: string): Readonly<Record<string, string>> | undefined {
  if (kind === 'ConfigMap') {
    const map = objects.get<ConfigMap>('v1', kind, namespace, name);
    return map && (map.data ?? {});
  }
  const secret = objects.get<Secret>('v1', kind, namespace, name);
  return secret && Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}

function notFound(kind: Kind, name: string): string {
  return `${kind.toLowerCase()} "${name}" not found`;
}

function readField(pod: Pod, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return (keyed[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations)?.[keyed[2] ?? ''] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'status.podIP': pod.status?.podIP,
    'status.hostIP': pod.status?.hostIP,
  };
  return fields[path] ?? '';
}

function readResource({ resources }: Container, path: string): string {
  const [group, name = ''] = path.split('.');
  return String((group === 'limits' ? resources?.limits : resources?.requests)?.[name] ?? '0');
}

function serviceVariables(objects: ClusterObjects, namespace: string): readonly (readonly [string, string])[] {
  return objects.list<Service>('v1', 'Service', { namespace }).flatMap(({ metadata, spec }) => {
    const port = spec.ports?.[0]?.port;
    if (!spec.clusterIP || spec.clusterIP === 'None' || port === undefined) return [];
    const prefix = metadata.name.toUpperCase().replaceAll('-', '_');
    return [
      [`${prefix}_SERVICE_HOST`, spec.clusterIP],
      [`${prefix}_SERVICE_PORT`, String(port)],
      [`${prefix}_PORT`, `tcp://${spec.clusterIP}:${port}`],
    ] as const;
  });
}
