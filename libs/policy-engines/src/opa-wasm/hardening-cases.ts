import { type GateCase, aDeployment, withMemory } from '@fleetmend/plugin-api/conformance';
import type { Expected } from './gate-cases.ts';

const raised = withMemory('128Mi');
const restore = { action: 'restoreField', restoresEarlierValue: true };
const metadata = { name: 'checkout', namespace: 'shop' };
const spent = { name: 'checkout', left: 0 };
const prices = { vcpuHourUSD: 0.04, gibHourUSD: 0.004, source: 'made up' };
const cost = (monthlyDeltaUSD: number | null, limitUSD: number | null) => ({ cost: { monthlyDeltaUSD, limitUSD, prices } });
const model = (confidence: number, name: string | null = 'gpt-5') => ({ plan: { source: 'Model', model: name, confidence } });
const pullRequests = (open: number) => ({ openPullRequests: [{ scope: 'cluster', open, limit: 2 }] });
const change = (before: object, after: object): GateCase => ({ before: aDeployment({ securityContext: before }), after: aDeployment({ ...raised, securityContext: after }) });
const pod = (fields: object): GateCase => ({ after: aDeployment(raised, {}, fields as never) });
const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80, targetPort: 8080 }], ...spec } });
const marked = (annotations: object) => ({ ...aDeployment(raised), metadata: { ...metadata, labels: { app: 'checkout' }, annotations } });
const hardened = { allowPrivilegeEscalation: false, runAsNonRoot: true, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } };

const allowed: Readonly<Record<string, readonly [GateCase, 'T0' | 'T1' | 'T2']>> = {
  'a memory limit of a hardened container': [change(hardened, hardened), 'T0'],
  'a memory limit beside a capability that is ordinary and was there': [change({ capabilities: { add: ['CHOWN'] } }, { capabilities: { add: ['CHOWN'] } }), 'T0'],
  'a memory limit of what runs as root already': [change({ runAsUser: 0 }, { runAsUser: 0 }), 'T0'],
  'a memory limit that costs as much as the budget holds': [{ facts: cost(10, 10) }, 'T0'],
  'a memory limit that nobody can price, without a budget': [{ facts: cost(null, null) }, 'T0'],
  'a memory limit while some error budget is left': [{ facts: { sloBudget: { name: 'checkout', left: 0.02 } } }, 'T0'],
  'a value that goes back after the error budget is spent': [{ after: aDeployment({ args: ['--listen=80'] }), plan: restore, facts: { sloBudget: spent } }, 'T1'],
  'a revert after the error budget is spent': [{ before: aDeployment(raised), after: aDeployment(), plan: { kind: 'Revert', restoresEarlierValue: true }, facts: { sloBudget: spent } }, 'T0'],
  'a revert by whichever model, without evidence': [{ before: aDeployment(raised), after: aDeployment(), plan: { kind: 'Revert', restoresEarlierValue: true, source: 'Model', model: null, confidence: 0 }, facts: { evidenceCount: 0 } }, 'T0'],
  'one change over twenty clusters': [{ facts: { blastRadius: { objects: 1, applications: 1, clusters: 20, pods: 1000 } } }, 'T0'],
  'a second pull request where two may be open': [{ facts: pullRequests(1) }, 'T0'],
  'what a model is sure of': [model(0.6), 'T0'],
};

const refused: Readonly<Record<string, readonly [GateCase, readonly string[]]>> = {
  'a capability of the kernel': [change({}, { capabilities: { add: ['SYS_ADMIN'] } }), ['B07', 'S04']],
  'a capability that is no longer dropped': [change({ capabilities: { drop: ['ALL'] } }, { capabilities: { drop: [] } }), ['B07', 'S04']],
  'becoming root': [change({ runAsUser: 1000 }, { runAsUser: 0 }), ['B07', 'S05']],
  'losing runAsNonRoot, on the way back': [{ ...change({ runAsNonRoot: true }, {}), plan: restore }, ['S05']],
  'no seccomp': [change({}, { seccompProfile: { type: 'Unconfined' } }), ['B07', 'S06']],
  'a sysctl of the node': [pod({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }), ['B07', 'S06']],
  'a root file system that becomes writable': [change({ readOnlyRootFilesystem: true }, { readOnlyRootFilesystem: false }), ['B07', 'S07']],
  'a token that is mounted': [pod({ automountServiceAccountToken: true }), ['B07', 'S08']],
  'an image from another repository, for memory': [{ after: aDeployment({ ...raised, image: 'elsewhere.example.com/checkout:1.4.2' }) }, ['B07', 'I04']],
  'an invented image as a restore': [{ after: aDeployment({ image: 'elsewhere.example.com/checkout:1.4.2' }), plan: { action: 'restoreField' } }, ['B07', 'I04']],
  'another strategy': [{ after: aDeployment(raised, { strategy: { type: 'Recreate' } }) }, ['B07', 'C04']],
  'a Service that shows itself to the world, on the way back': [{ before: service({ type: 'ClusterIP' }), after: service({ type: 'LoadBalancer' }), plan: restore }, ['B07', 'N02']],
  'another Secret, on the way back': [{ after: aDeployment({ envFrom: [{ secretRef: { name: 'root' } }] }), plan: restore }, ['B04', 'B07']],
  'an annotation that tells Argo CD to look away': [{ after: marked({ 'argocd.argoproj.io/sync-options': 'Prune=false' }) }, ['B06', 'B07']],
  'more than the cost budget': [{ facts: cost(10.01, 10) }, ['F01']],
  'an unknown cost under a budget': [{ facts: cost(null, 10) }, ['F01']],
  'a repair after the error budget is spent': [{ facts: { sloBudget: spent } }, ['F02']],
  'an invented value as a restore after the error budget is spent': [{ plan: { restoresEarlierValue: true }, facts: { sloBudget: spent } }, ['F02']],
  'a change over more clusters than one may reach': [{ facts: { blastRadius: { objects: 1, applications: 1, clusters: 21, pods: 2 } } }, ['F04']],
  'a third pull request where two may be open': [{ facts: pullRequests(2) }, ['F06']],
  'what a model guesses': [model(0.59), ['F07']],
  'what a model without a name proposed': [model(0.9, null), ['F07']],
  'a diagnosis without evidence': [{ facts: { evidenceCount: 0 } }, ['F08']],
  'a stage that nobody knows': [{ policy: { stage: 'Off' as never } }, ['E01']],
};

/** As `gateCases`: the rules of security, exposure, cost, service level, models and evidence. */
export const hardeningCases: readonly (readonly [string, GateCase, Expected])[] = [
  ...Object.entries(allowed).map(([name, [plan, tier]]) => [`allows ${name}`, plan, { allowed: tier }] as const),
  ...Object.entries(refused).map(([name, [plan, refusedBy]]) => [`refuses ${name}`, plan, { refusedBy }] as const),
];

const restricted = { podSecurity: 'restricted' };
const registries = { registries: ['registry.example.org/**'] };
const byDigest = { digestEnvironments: ['prod'] };
const setImage = (image: string): GateCase => ({ after: aDeployment({ image }), plan: { action: 'setImage' } });
const digested = `registry.example.org/shop/checkout@sha256:${'4'.repeat(64)}`;

/** The same for limits that are not the shipped ones. */
export const switchedCases: readonly (readonly [string, Readonly<Record<string, unknown>>, GateCase, readonly string[]])[] = [
  ['the restricted profile allows a hardened container', restricted, change(hardened, hardened), []],
  ['the restricted profile refuses a plain one', restricted, {}, ['S01', 'S04', 'S05', 'S06']],
  ['the baseline profile allows a plain container', { podSecurity: 'baseline' }, {}, []],
  ['the baseline profile tolerates nobody', { podSecurity: 'baseline', toleratedPrivilege: ['shop/Deployment/checkout'] }, change({ privileged: true }, { privileged: true }), ['S01']],
  ['a profile that nobody knows refuses everything', { podSecurity: 'strict' }, {}, ['E01']],
  ['listed registries allow their own', registries, setImage('registry.example.org/shop/checkout:1.4.1'), []],
  ['listed registries refuse others', registries, setImage('registry.example.org.evil.example/checkout:1.4.1'), ['I01']],
  ['production allows a digest', byDigest, setImage(digested), []],
  ['production refuses a tag', byDigest, setImage('registry.example.org/shop/checkout:1.4.1'), ['I03']],
  ['a listed model may propose', { models: { allowed: ['qwen*'] } }, model(0.9, 'qwen3:8b'), []],
  ['any other model may not', { models: { allowed: ['qwen*'] } }, model(0.9), ['F07']],
];
