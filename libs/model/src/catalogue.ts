import type { Tier } from './plan.ts';

/** What an action of the catalogue may touch, and how carefully. */
export interface FieldActionFacts {
  readonly title: string;
  /** The least tier that policy gives it. */
  readonly tier: Tier;
  /** Patterns of the fields that it sets, by kind of object; see {@link matchesPattern}. */
  readonly sets: readonly FieldPatterns[];
  /** Patterns of the fields that it may take out. What is not here is never removed by it. */
  readonly removes?: readonly FieldPatterns[];
}

interface FieldPatterns {
  readonly kinds: readonly string[];
  readonly paths: readonly string[];
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet', 'Pod'] as const;
const PROBE = '{container}/{livenessProbe,readinessProbe,startupProbe}';
const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TCPRoute', 'TLSRoute'] as const;

/**
 * The actions that set fields by path: each may set only the fields that its patterns name. `{pod}` is the pod spec of the kind,
 * `{container}` any of its containers, `{a,b}` one of these, `*` any one segment, `**` the rest.
 */
export const fieldActions = {
  setProbe: {
    title: 'point a probe at what the container serves, or give it time; never removes one',
    tier: 'T1',
    sets: [{ kinds: WORKLOADS, paths: [`${PROBE}/httpGet/{path,port,scheme}`, `${PROBE}/tcpSocket/port`, `${PROBE}/grpc/{port,service}`, `${PROBE}/{initialDelaySeconds,periodSeconds,timeoutSeconds,failureThreshold}`] }],
  },
  setPort: {
    title: 'a port that exists, on a Service or a container',
    tier: 'T1',
    sets: [
      { kinds: ['Service'], paths: ['spec/ports/*/{targetPort,name}'] },
      { kinds: WORKLOADS, paths: ['{container}/ports/*/{containerPort,name,hostPort}'] },
    ],
    removes: [{ kinds: WORKLOADS, paths: ['{container}/ports/*/hostPort'] }],
  },
  setIngress: {
    title: 'backend, port, class or TLS secret name that exists',
    tier: 'T1',
    sets: [
      { kinds: ['Ingress'], paths: ['spec/ingressClassName', 'spec/rules/*/http/paths/*/backend/service/name', 'spec/rules/*/http/paths/*/backend/service/port/{number,name}', 'spec/defaultBackend/service/name', 'spec/defaultBackend/service/port/{number,name}', 'spec/tls/*/secretName'] },
      { kinds: ROUTES, paths: ['spec/rules/*/backendRefs/*/{name,port}', 'spec/parentRefs/*/{name,sectionName}'] },
    ],
    removes: [{ kinds: ['Ingress'], paths: ['spec/rules/*/http/paths/*/backend/service/port/{number,name}'] }],
  },
  setVolume: {
    title: 'room and place for files: emptyDir, subPath, a larger claim, fsGroup, one pod at a time for a volume that only one can hold',
    tier: 'T1',
    sets: [
      { kinds: WORKLOADS, paths: ['{pod}/volumes/*/emptyDir/{medium,sizeLimit}', '{pod}/volumes/-', '{container}/volumeMounts/-', '{container}/volumeMounts/*/{subPath,mountPath,readOnly}', '{pod}/securityContext/fsGroup'] },
      { kinds: ['Deployment'], paths: ['spec/strategy/type'] },
      { kinds: ['PersistentVolumeClaim'], paths: ['spec/resources/requests/storage'] },
    ],
    removes: [
      { kinds: WORKLOADS, paths: ['{container}/volumeMounts/*/subPath'] },
      { kinds: ['Deployment'], paths: ['spec/strategy/rollingUpdate'] },
    ],
  },
  setPodField: {
    title: 'DNS policy, pull policy, runtime class, grace period, traffic policy',
    tier: 'T1',
    sets: [
      { kinds: WORKLOADS, paths: ['{pod}/{dnsPolicy,runtimeClassName,terminationGracePeriodSeconds}', '{container}/imagePullPolicy'] },
      { kinds: ['Service'], paths: ['spec/{internalTrafficPolicy,externalTrafficPolicy}'] },
    ],
    removes: [{ kinds: WORKLOADS, paths: ['{pod}/runtimeClassName'] }],
  },
  setSelector: {
    title: 'Service selector or pod label, to the nearest match that exists',
    tier: 'T1',
    sets: [
      { kinds: ['Service'], paths: ['spec/selector/*'] },
      { kinds: WORKLOADS, paths: ['{template}/metadata/labels/*'] },
    ],
    removes: [{ kinds: ['Service'], paths: ['spec/selector/*'] }],
  },
  setReference: {
    title: 'name or key of something that exists, where the present one does not',
    tier: 'T1',
    sets: [
      {
        kinds: WORKLOADS,
        paths: [
          '{container}/env/*/valueFrom/{configMapKeyRef,secretKeyRef}/{name,key}',
          '{container}/envFrom/*/{configMapRef,secretRef}/name',
          '{pod}/volumes/*/configMap/name',
          '{pod}/volumes/*/secret/secretName',
          '{pod}/volumes/*/persistentVolumeClaim/claimName',
          '{pod}/volumes/*/{configMap,secret}/items/*/key',
          '{pod}/volumes/*/projected/sources/*/{configMap,secret}/name',
          '{pod}/volumes/*/projected/sources/*/{configMap,secret}/items/*/key',
          '{pod}/imagePullSecrets/*/name',
          '{pod}/imagePullSecrets/-',
          '{pod}/{priorityClassName,runtimeClassName,serviceAccountName}',
        ],
      },
      { kinds: ['StatefulSet'], paths: ['spec/serviceName'] },
      { kinds: ['PersistentVolumeClaim'], paths: ['spec/{storageClassName,volumeName}'] },
      { kinds: ['HorizontalPodAutoscaler'], paths: ['spec/scaleTargetRef/{name,kind,apiVersion}'] },
      { kinds: ['Certificate'], paths: ['spec/issuerRef/{name,kind}'] },
    ],
    removes: [{ kinds: WORKLOADS, paths: ['{pod}/priorityClassName'] }],
  },
  setScheduling: {
    title: 'selector, toleration, affinity or spread that nodes can satisfy',
    tier: 'T1',
    sets: [{ kinds: WORKLOADS, paths: ['{pod}/nodeSelector/*', '{pod}/tolerations/-', '{pod}/tolerations/*/{key,operator,value,effect}', '{pod}/affinity/**', '{pod}/topologySpreadConstraints/*/{maxSkew,whenUnsatisfiable,topologyKey}', '{pod}/schedulerName'] }],
    removes: [{ kinds: WORKLOADS, paths: ['{pod}/nodeSelector', '{pod}/nodeSelector/*', '{pod}/nodeName', '{pod}/schedulerName', '{pod}/affinity/**', '{pod}/schedulingGates'] }],
  },
  setHPA: {
    title: 'bounds, metric or target of an autoscaler',
    tier: 'T1',
    sets: [{ kinds: ['HorizontalPodAutoscaler'], paths: ['spec/{minReplicas,maxReplicas}', 'spec/scaleTargetRef/{apiVersion,kind,name}', 'spec/metrics/*/resource/name', 'spec/metrics/*/resource/target/{type,averageUtilization,averageValue}', 'spec/metrics/*/containerResource/{name,container}'] }],
  },
  setStrategy: {
    title: 'how a rollout goes on',
    tier: 'T2',
    sets: [
      { kinds: ['Deployment'], paths: ['spec/strategy/type', 'spec/strategy/rollingUpdate/{maxSurge,maxUnavailable}', 'spec/{progressDeadlineSeconds,minReadySeconds,paused}'] },
      { kinds: ['StatefulSet', 'DaemonSet'], paths: ['spec/updateStrategy/type', 'spec/updateStrategy/rollingUpdate/{partition,maxUnavailable,maxSurge}', 'spec/minReadySeconds'] },
    ],
    removes: [{ kinds: ['Deployment'], paths: ['spec/paused', 'spec/strategy/rollingUpdate'] }, { kinds: ['StatefulSet'], paths: ['spec/updateStrategy/rollingUpdate/partition'] }],
  },
  setSecurityContext: {
    title: 'only tighter, to satisfy Pod Security',
    tier: 'T1',
    sets: [
      {
        kinds: WORKLOADS,
        paths: [
          '{container}/securityContext/{allowPrivilegeEscalation,runAsNonRoot,runAsUser,runAsGroup,readOnlyRootFilesystem,privileged}',
          '{container}/securityContext/capabilities/drop',
          '{container}/securityContext/seccompProfile/type',
          '{pod}/securityContext/{runAsNonRoot,runAsUser,runAsGroup,fsGroup}',
          '{pod}/securityContext/seccompProfile/type',
          '{pod}/{hostNetwork,hostPID,hostIPC}',
        ],
      },
    ],
    removes: [{ kinds: WORKLOADS, paths: ['{pod}/{hostNetwork,hostPID,hostIPC}', '{container}/securityContext/capabilities/add', '{container}/securityContext/privileged', '{container}/ports/*/hostPort'] }],
  },
  setSchedule: {
    title: 'schedule, time zone, suspension, concurrency, deadlines of a CronJob or Job',
    tier: 'T1',
    sets: [
      { kinds: ['CronJob'], paths: ['spec/{schedule,timeZone,suspend,concurrencyPolicy,startingDeadlineSeconds}', 'spec/jobTemplate/spec/{activeDeadlineSeconds,backoffLimit}'] },
      { kinds: ['Job'], paths: ['spec/{activeDeadlineSeconds,backoffLimit,suspend}'] },
    ],
    removes: [{ kinds: ['CronJob'], paths: ['spec/{timeZone,suspend,startingDeadlineSeconds}'] }, { kinds: ['Job'], paths: ['spec/suspend'] }],
  },
} as const satisfies Readonly<Record<string, FieldActionFacts>>;

export type FieldActionName = keyof typeof fieldActions;
export const FIELD_ACTION_NAMES = Object.keys(fieldActions) as readonly FieldActionName[];

/** Texts that the catalogue fixes as values: the words of the Kubernetes API that actions write. */
export const CATALOGUE_WORDS: readonly string[] = [
  'HTTP', 'HTTPS', 'TCP', 'UDP', 'Memory', 'Recreate', 'RollingUpdate', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Always', 'IfNotPresent', 'Cluster', 'Local', 'Exists', 'Equal', 'NoSchedule', 'NoExecute', 'PreferNoSchedule',
  'In', 'NotIn', 'ScheduleAnyway', 'DoNotSchedule', 'default-scheduler', 'Allow', 'Forbid', 'Replace', 'RuntimeDefault', 'ALL', 'Utilization', 'AverageValue', 'cpu', 'memory', 'emptyDir', '/',
  ...['/tmp', '/var/tmp', '/var/cache', '/var/run', '/run', '/dev/shm'], ...['tmp', 'cache', 'run', 'shm'].flatMap((name) => [name, `${name}-files`]),
];

/** Where `setHost` may replace a host or a port inside a text. */
export const HOST_PATTERNS: readonly FieldPatterns[] = [
  { kinds: WORKLOADS, paths: ['{container}/env/*/value', '{container}/args/*', '{container}/command/*'] },
  { kinds: ['ConfigMap'], paths: ['data/*', 'data/*/!yaml/**'] },
];

/** Guards: `restoreField` puts one back to what it was and never takes one out. */
const GUARDS = /^(resources|limits|securityContext|livenessProbe|readinessProbe|startupProbe)$/;

/** True where taking the field out would take a guard away. */
export function isGuardPath(path: readonly string[]): boolean {
  return path.some((segment) => GUARDS.test(segment));
}

const POD_SPECS: Readonly<Record<string, readonly string[]>> = { Pod: ['spec'], CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'] };
const USUAL_POD_SPEC = ['spec', 'template', 'spec'];

/** Where an object of a workload kind keeps its pod spec. */
export function podSpecPathOf(kind: string): readonly string[] {
  return POD_SPECS[kind] ?? USUAL_POD_SPEC;
}

/**
 * The segments of `path` that stand where a pattern has `*` or `**`; undefined where no pattern of that kind fits.
 * Those are the segments that have to be names of the object itself: everything else is fixed by the catalogue.
 */
export function matchesPattern(patterns: readonly FieldPatterns[], kind: string, path: readonly string[]): readonly string[] | undefined {
  for (const { kinds, paths } of patterns) {
    if (!kinds.includes(kind)) continue;
    for (const pattern of paths) {
      for (const alternative of alternatives(pattern, kind)) {
        const free = fit(alternative, path);
        if (free) return free;
      }
    }
  }
  return undefined;
}

function alternatives(pattern: string, kind: string): readonly (readonly string[])[] {
  const pod = podSpecPathOf(kind).join('/');
  const expanded = pattern.replace('{container}', `${pod}/{containers,initContainers}/*`).replace('{pod}', pod).replace('{template}', pod.replace(/\/?spec$/, '') || '.');
  return expanded.split('/').filter((segment) => segment !== '.').reduce<readonly (readonly string[])[]>((heads, segment) => {
    const options = /^\{(.*)\}$/.exec(segment)?.[1]?.split(',') ?? [segment];
    return heads.flatMap((head) => options.map((option) => [...head, option]));
  }, [[]]);
}

function fit(pattern: readonly string[], path: readonly string[]): readonly string[] | undefined {
  const free: string[] = [];
  for (const [index, wanted] of pattern.entries()) {
    if (wanted === '**') return path.length > index ? [...free, ...path.slice(index)] : undefined;
    const segment = path[index];
    if (segment === undefined) return undefined;
    if (wanted === '*') free.push(segment);
    else if (wanted !== segment) return undefined;
  }
  return path.length === pattern.length ? free : undefined;
}
