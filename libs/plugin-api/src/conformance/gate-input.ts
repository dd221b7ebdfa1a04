import { parseQuantity, readQuantity } from '@fleetmend/kernel';
import type { GateInput } from '../policy-engine.ts';

type Json = { readonly [field: string]: unknown };
type Norm = GateInput['change']['norm'][number];

/** What differs from a memory limit that was raised from 64Mi to 128Mi, one line of one file. */
export interface GateCase {
  readonly before?: Json | null;
  readonly after?: Json | null;
  readonly op?: 'Create' | 'Update' | 'Delete';
  readonly request?: Partial<GateInput['request']>;
  readonly plan?: Partial<GateInput['plan']>;
  readonly files?: GateInput['change']['files'];
  readonly facts?: Partial<GateInput['facts']>;
  readonly policy?: Partial<GateInput['policy']>;
}

/** A Deployment as it is rendered from Git, with the given container fields laid over a harmless container named `app`. */
export function aDeployment(container: Json = {}, spec: Json = {}, pod: Json = {}): Json {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'checkout', namespace: 'shop', labels: { app: 'checkout' } },
    spec: { replicas: 2, selector: { matchLabels: { app: 'checkout' } }, ...spec, template: aPodTemplate(container, pod) },
  };
}

export function aPodTemplate(container: Json = {}, pod: Json = {}): Json {
  return { metadata: { labels: { app: 'checkout' } }, spec: { ...pod, containers: [aContainer(container), ...((pod['containers'] as Json[] | undefined) ?? [])] } };
}

export function aContainer(rest: Json = {}): Json {
  return {
    name: 'app',
    image: 'registry.example.org/shop/checkout:1.4.2',
    args: ['--listen=8080'],
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 5 },
    livenessProbe: { httpGet: { path: '/live', port: 8080 }, periodSeconds: 10, failureThreshold: 3 },
    resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { memory: '64Mi' } },
    ...rest,
  };
}

/** Resources with this memory limit, for `aDeployment`. */
export function withMemory(limit: string, request = '32Mi'): Json {
  return { resources: { requests: { cpu: '100m', memory: request }, limits: { memory: limit } } };
}

/**
 * A complete input for the gate. Without arguments it is one that every policy in its right mind allows.
 * @param bundle what `PolicyEngine.active()` answered.
 */
export function aGateInput(bundle: GateInput['policy']['bundle'], { before = aDeployment(), after = aDeployment(withMemory('128Mi')), op = 'Update', ...rest }: GateCase = {}): GateInput {
  const named = after ?? before ?? {};
  const metadata = (named['metadata'] ?? {}) as Json;
  const ref = { apiVersion: String(named['apiVersion']), kind: String(named['kind']), namespace: String(metadata['namespace'] ?? 'shop'), name: String(metadata['name']) };
  const files = rest.files ?? [{ path: 'apps/shop/checkout.yaml', added: 1, removed: 1 }];
  return {
    schema: 'remediation.gate/v1',
    request: { uid: 'uid-1', name: 'rr-9f2c1ab04d7e-1', namespace: 'shop-team', cluster: 'prod-1', clusterLabels: { env: 'prod' }, failure: { class: 'OOMKilled' }, target: { ...ref, namespace: 'shop' }, attempt: 1, ...rest.request },
    plan: { digest: `sha256:${'a'.repeat(64)}`, action: 'setResources', kind: 'Repair', confidence: 0.93, source: 'Playbook', model: null, unapplied: false, restoresEarlierValue: false, ...rest.plan },
    change: { files, objects: [{ cluster: 'prod-1', ...ref, op, paths: [], before, after }], norm: normOf(before, after) },
    facts: {
      now: '2026-01-05T09:00:00Z',
      frozen: [],
      attempts: { lastDay: 0, limit: 2 },
      openPullRequests: [],
      blastRadius: { objects: 1, applications: 1, clusters: 1, pods: 2 },
      renderProof: { renderer: 'raw', exact: true, unapplied: false },
      evidenceCount: 3,
      cost: { monthlyDeltaUSD: 0, limitUSD: null, prices: { vcpuHourUSD: 0.04, gibHourUSD: 0.004, source: 'made up' } },
      sloBudget: null,
      targetNamespaceIsCritical: false,
      ...rest.facts,
    },
    policy: {
      mode: 'Propose',
      criticalNamespaces: ['payments'],
      priorApprovalTiers: ['T2'],
      editablePaths: ['apps/**'],
      pathAllowed: Object.fromEntries(files.map(({ path }) => [path, true])),
      editBudget: { files: 3, lines: 20 },
      bundle,
      stage: 'Enforce',
      ...rest.policy,
    },
  };
}

/** Every limit and request that changed, each with its counterpart, on both sides, in base units. */
function normOf(before: Json | null, after: Json | null): Norm[] {
  const [old, next] = [quantitiesOf(before), quantitiesOf(after)];
  const changed = [...new Set([...old.keys(), ...next.keys()])].filter((path) => old.get(path) !== next.get(path));
  return [...new Set(changed.flatMap((path) => [path, counterpart(path)]))].map((path) => {
    const cpu = path.endsWith('/cpu');
    return { object: 0, path, before: inUnits(old.get(path), cpu), after: inUnits(next.get(path), cpu), unit: cpu ? 'millicores' : 'bytes' };
  });
}

function counterpart(path: string): string {
  return path.includes('/limits/') ? path.replace('/limits/', '/requests/') : path.replace('/requests/', '/limits/');
}

function quantitiesOf(object: Json | null): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) {
      if (/\/resources\/(limits|requests)\/[^/]+$/.test(path)) found.set(path, value);
      return;
    }
    for (const [name, child] of Object.entries(value)) visit(child, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  };
  visit(object, '');
  return found;
}

function inUnits(quantity: unknown, cpu: boolean): number | null {
  if (readQuantity(quantity as string) === undefined) return null;
  const nano = Number(parseQuantity(quantity as string));
  return cpu ? nano / 1e6 : nano / 1e9;
}
