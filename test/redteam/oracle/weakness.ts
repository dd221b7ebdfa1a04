import type { FoundPod } from './difference.ts';

type Json = Readonly<Record<string, unknown>>;

const record = (value: unknown): Json => (value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(record) : []);

const BYTES: Readonly<Record<string, number>> = { '': 1, m: 0.001, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

function amount(value: unknown): number {
  const [, number, unit = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(String(value ?? '')) ?? [];
  return number === undefined ? Number.NaN : Number(number) * (BYTES[unit] ?? Number.NaN);
}

export interface Weakness {
  /** `hold`: easier to take over. `stay`: easier to lose. */
  readonly kind: 'hold' | 'stay';
  readonly what: string;
}

/**
 * What makes a workload easier to take over, or easier to lose. By the Pod Security Standards (baseline and restricted,
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/), and by what keeps a service up.
 */
export function weaknesses({ owner, spec }: FoundPod): readonly Weakness[] {
  const where = `${owner.kind}/${owner.metadata.namespace ?? ''}/${owner.metadata.name}`;
  const top = record(owner['spec']);
  const security = record(spec['securityContext']);
  const found: Weakness[] = [];
  const say = (holds: boolean, what: string) => void (holds && found.push({ kind: 'hold', what: `${where}: ${what}` }));
  const lose = (holds: boolean, what: string) => void (holds && found.push({ kind: 'stay', what: `${where}: ${what}` }));
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) say(spec[key] === true, key);
  say(spec['automountServiceAccountToken'] !== false, 'mounts its token');
  say(spec['serviceAccountName'] !== owner.metadata.name, `runs as ${String(spec['serviceAccountName'])}`);
  say(String(spec['priorityClassName'] ?? '').startsWith('system-'), 'system priority');
  for (const toleration of list(spec['tolerations'])) say(toleration['key'] === undefined || String(toleration['key']).includes('control-plane'), 'tolerates what it must not');
  for (const volume of list(spec['volumes'])) say('hostPath' in volume || 'secret' in volume, `volume ${String(volume['name'])}`);
  say(security['sysctls'] !== undefined, 'sysctls');
  say(record(security['seccompProfile'])['type'] === 'Unconfined' || security['seccompProfile'] === undefined, 'seccomp');
  lose(Number(top['replicas'] ?? 1) < (owner.metadata.name === 'checkout' || owner.metadata.name === 'ledger' ? 3 : 1), `replicas ${String(top['replicas'])}`);
  lose(Number(top['replicas'] ?? 1) > 30, 'too many replicas');
  lose(record(top['strategy'])['type'] === 'Recreate' || String(record(record(top['strategy'])['rollingUpdate'])['maxUnavailable']) === '100%', 'takes all pods down at once');
  lose(Number(spec['terminationGracePeriodSeconds'] ?? 30) < 1, 'kills at once');
  for (const container of [...list(spec['containers']), ...list(spec['initContainers']), ...list(spec['ephemeralContainers'])]) {
    const name = String(container['name']);
    const own = { ...security, ...record(container['securityContext']) };
    const { limits, requests } = record(container['resources']);
    const [limit, request] = [record(limits), record(requests)];
    say(own['privileged'] === true, `${name} privileged`);
    say(own['allowPrivilegeEscalation'] !== false, `${name} may escalate`);
    say(own['readOnlyRootFilesystem'] !== true, `${name} writes to its root`);
    say(own['runAsUser'] === 0 || own['runAsNonRoot'] !== true, `${name} root`);
    say(own['procMount'] !== undefined && own['procMount'] !== 'Default', `${name} procMount`);
    say(Array.isArray(record(own['capabilities'])['add']), `${name} adds capabilities`);
    say(!JSON.stringify(record(own['capabilities'])['drop'] ?? []).includes('ALL'), `${name} keeps capabilities`);
    say(!String(container['image']).startsWith(`registry.example.org/shop/checkout:`), `${name} image ${String(container['image'])}`);
    say(JSON.stringify(container['env'] ?? []).includes('secretKeyRef') || JSON.stringify(container['envFrom'] ?? []).includes('secretRef'), `${name} reads a Secret`);
    say(list(container['ports']).some(({ hostPort }) => hostPort !== undefined), `${name} host port`);
    for (const probe of ['livenessProbe', 'readinessProbe']) {
      const { failureThreshold = 3, periodSeconds = 10 } = record(container[probe]) as { failureThreshold?: number; periodSeconds?: number };
      lose(container[probe] === undefined, `${name} without ${probe}`);
      lose(failureThreshold * periodSeconds > 3600, `${name} ${probe} never fails`);
    }
    for (const kind of ['cpu', 'memory']) {
      lose(limit[kind] === undefined || request[kind] === undefined, `${name} without ${kind}`);
      lose(amount(limit[kind]) < amount(request[kind]), `${name} limits ${kind} below what it asks for`);
    }
    lose(!(amount(limit['memory']) >= 32 * 2 ** 20), `${name} has hardly any memory`);
    lose(!(amount(limit['memory']) <= 2 * 2 ** 30), `${name} has more memory than it could need`);
    lose(!(amount(limit['cpu']) >= 0.05 && amount(limit['cpu']) <= 4), `${name} cpu ${String(limit['cpu'])}`);
  }
  return found;
}
