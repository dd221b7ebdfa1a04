import { aContainer, aDeployment, aGateInput, withMemory } from '@fleetmend/plugin-api/conformance';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHIPPED } from './bundle-fixture.ts';
import { OpaWasmConfig, type OpaWasmEngine, startOpaWasm } from './opa-wasm.ts';

type Fields = Record<string, unknown>;
type Pod = Fields & { containers: Fields[]; initContainers: Fields[] };

/** A workload of some kind whose pod has two containers and one that starts before them, hardened and guarded. */
interface Benign {
  readonly kind: string;
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
}

/** One thing that makes the result weaker than what was, done to the pod or to the container that is repaired. */
interface Weakening {
  readonly name: string;
  readonly apply: (target: { readonly pod: Pod; readonly container: Fields; readonly object: Fields; readonly value: unknown }) => void;
}

const LISTS = ['containers', 'initContainers'] as const;
const VERSIONS: Readonly<Record<string, string>> = { Deployment: 'apps/v1', StatefulSet: 'apps/v1', DaemonSet: 'apps/v1', Job: 'batch/v1', CronJob: 'batch/v1' };

const fieldsOf = (value: unknown): Fields => value as Fields;
const set = (parent: Fields, name: string, value: unknown): void => void (parent[name] = value);
const secure = (container: Fields, name: string, value: unknown): void => set(container, 'securityContext', { ...fieldsOf(container['securityContext']), [name]: value });

const weakenings: readonly Weakening[] = [
  { name: 'runs privileged', apply: ({ container, value }) => secure(container, 'privileged', value) },
  { name: 'may gain privileges', apply: ({ container, value }) => secure(container, 'allowPrivilegeEscalation', value) },
  { name: 'loses its ban on escalation', apply: ({ container }) => set(container, 'securityContext', { privileged: false }) },
  { name: 'gains a capability', apply: ({ container, value }) => secure(container, 'capabilities', { add: [value] }) },
  { name: 'runs as root', apply: ({ container }) => secure(container, 'runAsUser', 0) },
  { name: 'shares a namespace of the node', apply: ({ pod, value }) => set(pod, 'hostNetwork', value) },
  { name: 'shares the processes of the node', apply: ({ pod, value }) => set(pod, 'hostPID', value) },
  { name: 'takes a port of the node', apply: ({ container }) => set(container, 'ports', [{ containerPort: 8080, hostPort: 8080 }]) },
  { name: 'mounts the node', apply: ({ pod }) => set(pod, 'volumes', [{ name: 'root', hostPath: { path: '/' } }]) },
  { name: 'runs latest', apply: ({ container }) => set(container, 'image', 'registry:5000/shop/checkout') },
  { name: 'loses its limits', apply: ({ container }) => set(container, 'resources', { requests: fieldsOf(container['resources'])['requests'] }) },
  { name: 'loses its requests', apply: ({ container }) => set(container, 'resources', { limits: fieldsOf(container['resources'])['limits'] }) },
  { name: 'takes a hundred times the memory', apply: ({ container }) => set(container, 'resources', withMemory('6400Mi', '3200Mi')['resources']) },
  { name: 'asks for a device', apply: ({ container, value }) => set(container, 'resources', { requests: { memory: '32Mi', cpu: '100m' }, limits: { memory: '128Mi', 'example.org/gpu': value } }) },
  { name: 'loses a probe', apply: ({ container }) => void delete container['livenessProbe'] },
  { name: 'has a probe that never fails', apply: ({ container }) => set(container, 'livenessProbe', { exec: { command: ['true'] } }) },
  { name: 'executes something else', apply: ({ container, value }) => set(container, 'command', ['sh', '-c', value]) },
  { name: 'has other arguments', apply: ({ container, value }) => set(container, 'args', [value]) },
  { name: 'has a hook', apply: ({ container, value }) => set(container, 'lifecycle', { preStop: { exec: { command: [value] } } }) },
  { name: 'has one more container', apply: ({ pod, value }) => set(pod, 'containers', [...pod.containers, aContainer({ name: `extra-${JSON.stringify(value).length}` })]) },
  { name: 'has one container less', apply: ({ pod }) => set(pod, 'containers', pod.containers.slice(0, -1)) },
  { name: 'is another ServiceAccount', apply: ({ pod, value }) => set(pod, 'serviceAccountName', value) },
  { name: 'reads a Secret', apply: ({ container }) => set(container, 'envFrom', [{ secretRef: { name: 'root-credentials' } }]) },
  { name: 'carries an annotation', apply: ({ object, value }) => set(object, 'metadata', { ...fieldsOf(object['metadata']), annotations: { 'policy.example.org/skip': value } }) },
  { name: 'runs nowhere', apply: ({ object }) => set(fieldsOf(object['spec']), 'replicas', 0) },
  { name: 'is suspended', apply: ({ object }) => set(fieldsOf(object['spec']), 'suspend', true) },
];

function build({ kind }: Benign): { object: Fields; pod: Pod } {
  const hardened = { securityContext: { allowPrivilegeEscalation: false, privileged: false } };
  const container = (name: string): Fields => structuredClone({ ...aContainer({ name, ...hardened }) });
  const pod: Pod = { containers: [container('app'), container('sidecar')], initContainers: [container('migrate')] };
  const template = { spec: pod };
  const spec: Fields = kind === 'CronJob' ? { schedule: '0 4 * * *', jobTemplate: { spec: { template } } } : { replicas: 2, template };
  return { object: { apiVersion: VERSIONS[kind], kind, metadata: { ...fieldsOf(aDeployment()['metadata']) }, spec }, pod };
}

/** The benign plan: the memory limit of one container doubles. */
function plan(benign: Benign, weaken?: { readonly with: Weakening; readonly value: unknown }): { before: Fields; after: Fields } {
  const { object: before } = build(benign);
  const { object: after, pod } = build(benign);
  const container = pod[benign.list][benign.index];
  if (container === undefined) throw new Error(`no container ${benign.list}[${benign.index}]`);
  Object.assign(container, withMemory('128Mi'));
  weaken?.with.apply({ pod, container, object: after, value: weaken.value });
  return { before, after };
}

const benign = fc.record({ kind: fc.constantFrom(...Object.keys(VERSIONS)), list: fc.constantFrom(...LISTS), index: fc.constant(0) });
/** Never a value that switches something off: `false` and `null` weaken nothing. */
const value = fc.oneof(fc.constantFrom(true, 'true', 'True', 1, 'yes'), fc.string({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1 }));

let engine: OpaWasmEngine;
beforeAll(async () => {
  engine = await startOpaWasm(OpaWasmConfig.parse({ bundle: SHIPPED, limitMs: 20_000 }), { log: { info: () => {}, warn: () => {} } });
});
afterAll(() => engine.close());

describe('a benign plan', () => {
  it('is allowed for every kind and every container', async () => {
    await fc.assert(
      fc.asyncProperty(benign, async (one) => {
        expect((await engine.evaluate(aGateInput(engine.active(), plan(one)))).violations).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  const disguises = [{ action: 'setResources' }, { action: 'setImage' }, { action: 'setReplicas' }, { action: 'restoreField' }];
  it.each(weakenings.map((weakening) => [weakening.name, weakening] as const))('is never allowed once it also %s, whatever the action is called', async (_, weakening) => {
    await fc.assert(
      fc.asyncProperty(benign, value, fc.constantFrom(...disguises), async (one, amount, disguise) => {
        const ask = async (change: ReturnType<typeof plan>) => (await engine.evaluate(aGateInput(engine.active(), { ...change, plan: disguise }))).violations.map(({ id, path }) => `${id} ${path}`);
        const [benignly, weakened] = [await ask(plan(one)), await ask(plan(one, { with: weakening, value: amount }))];
        expect(weakened.filter((violation) => !benignly.includes(violation))).not.toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  it('is never allowed once two things weaken it, even as a restore or a revert', async () => {
    const unrestorable = weakenings.filter(({ name }) => /privileg|escalation|capability|root|namespace|processes|port|node|limits|requests|device|probe$|ServiceAccount|Secret|annotation|nowhere|suspended/.test(name));
    await fc.assert(
      fc.asyncProperty(benign, value, fc.constantFrom(...unrestorable), fc.constantFrom(...unrestorable), fc.constantFrom('Repair' as const, 'Revert' as const), async (one, amount, first, second, kind) => {
        const both: Weakening = { name: `${first.name} and ${second.name}`, apply: (target) => [first, second].forEach((each) => each.apply(target)) };
        const input = aGateInput(engine.active(), { ...plan(one, { with: both, value: amount }), plan: { action: 'restoreField', kind, restoresEarlierValue: true } });
        const decision = await engine.evaluate(input);
        expect({ weakened: both.name, allow: decision.allow }).toEqual({ weakened: both.name, allow: false });
      }),
      { numRuns: 100 },
    );
  });
});
