import { renderTime, seconds } from '@fleetmend/kernel';
import { fingerprintOf, type FailureEvent, type Finding } from '@fleetmend/model';
import { memoryRequests, memorySettings, VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { parentOf, sharedCauseOf } from './attribution.ts';
import { createIntake } from './intake.ts';
import { createOpenSet } from './open-set.ts';

const FLEET = ['prod-1', 'prod-2'];
const pull = (name: string, image = `registry.example:5000/shop/${name}:1`, subCause = 'Unreachable'): Finding => ({
  class: 'ImagePullBackOff',
  subCause,
  target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name, container: 'app' },
  observation: { reason: 'ErrImagePull', message: 'the registry cannot be reached', image },
});
const lost = (name: string): Finding => ({ class: 'NodeNotReady', subCause: 'Unreachable', target: { apiVersion: 'v1', kind: 'Node', name }, observation: { reason: 'NodeStatusUnknown', message: 'silent', node: name } });
const stuck = (name: string, node: string, failureClass = 'StuckTerminating'): Finding => ({ class: failureClass, target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name }, observation: { reason: 'x', message: 'y', node } });
const homeless = (name: string, message: string): Finding => ({ class: 'Unschedulable', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name }, observation: { reason: 'Unschedulable', message } });

function aHub(broughtByGit: (event: FailureEvent) => boolean = () => false) {
  const clock = new VirtualClock();
  const ledger = memoryRequests(clock);
  const fleet = FLEET.map((name) => ({ name, namespace: '', uid: name, labels: {}, createdAt: renderTime(clock.now()), spec: {}, status: {} }));
  const openSet = createOpenSet({ clock, closeDwell: seconds(60) });
  const intake = createIntake({ requests: ledger.port, settings: memorySettings({ policies: [], bindings: [], clusters: fleet }).port, openSet, clock, shareFile: async (_, clusters) => clusters.slice(0, 1), broughtByGit: async (event) => broughtByGit(event), window: seconds(10) });
  const event = (cluster: string, finding: Finding, state: FailureEvent['state'] = 'open', version = 1): FailureEvent => {
    const at = clock.now();
    return { schema: 1, cluster, fingerprint: fingerprintOf(cluster, finding), state, version, epoch: 1, at, firstSeen: at, count: 1, finding };
  };
  const take = async (...events: readonly FailureEvent[]) => {
    const taken = events.map((one) => intake(one));
    await clock.run(seconds(11));
    return (await Promise.all(taken)).toSorted();
  };
  return { clock, openSet, event, take, requests: () => ledger.all(), specs: () => ledger.all().map(({ spec }) => spec) };
}

describe('what many workloads have in common', () => {
  it('is one request about the registry, over pods and clusters, and none for each workload', async () => {
    const { event, take, specs } = aHub();
    expect(await take(event('prod-1', pull('cart')), event('prod-1', pull('index')), event('prod-2', pull('pay')), event('prod-2', pull('stock')))).toEqual(['Created', 'Known', 'Known', 'Known']);
    expect(specs()).toMatchObject([{ scope: 'Registry', subject: { kind: 'Registry', name: 'registry.example:5000' }, clusters: ['prod-1', 'prod-2'], failure: { message: expect.stringContaining('4 workloads') } }]);
    expect(specs()[0]).not.toHaveProperty('target');
  });

  it('is one request about a webhook that answers nobody, in each cluster', async () => {
    const { event, take, specs } = aHub();
    const refused = (name: string): Finding => ({ class: 'WebhookUnavailable', subCause: 'NotThere', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name }, observation: { reason: 'FailedCreate', message: 'admission webhook inject.example.com (inject.vault.svc) does not answer, so no pod can be created' } });
    expect(await take(event('prod-1', refused('cart')), event('prod-1', refused('index')), event('prod-1', refused('pay')), event('prod-2', refused('pay')))).toEqual(['Created', 'Created', 'Known', 'Known']);
    expect(specs().filter(({ scope }) => scope === 'Webhook')).toMatchObject([{ subject: { kind: 'Webhook', name: 'inject.example.com' }, clusters: ['prod-1'], failure: { message: expect.stringContaining('3 workloads') } }]);
  });

  it('takes in whoever shows it later', async () => {
    const { event, take, specs } = aHub();
    await take(event('prod-1', pull('cart')), event('prod-1', pull('index')), event('prod-1', pull('pay')));
    expect(await take(event('prod-2', pull('late')))).toEqual(['Known']);
    expect(specs()).toHaveLength(1);
  });

  it.each<readonly [what: string, findings: readonly Finding[], brought: boolean]>([
    ['two workloads are not enough', [pull('cart'), pull('index')], false],
    ['images that do not exist say nothing of their registry', ['cart', 'index', 'pay'].map((name) => pull(name, undefined, 'NotFound')), false],
    ['registries are told apart', ['a', 'b', 'c'].map((host) => pull('cart', `${host}.example/shop/cart:1`)).map((finding, index) => ({ ...finding, target: { ...finding.target, name: `cart-${index}` } })), false],
    ['a commit that moved them there is mended, workload by workload', [pull('cart'), pull('index'), pull('pay')], true],
  ])('else each is a request of its own: %s', async (_, findings, brought) => {
    const { event, take, specs } = aHub(() => brought);
    await take(...findings.map((finding) => event('prod-1', finding)));
    expect(specs().map(({ scope }) => scope)).toEqual(findings.map(() => 'Workload'));
  });

  it('is found among ten thousand failures and their noise in a quarter of a second', () => {
    const { openSet, event } = aHub();
    const events = Array.from({ length: 10_000 }, (_, n) => event('prod-1', n % 10 === 0 ? pull(`noise-${n}`, 'other.example/x:1', 'NotFound') : pull(`w-${n}`)));
    for (const one of events) openSet.apply(one);
    const began = performance.now();
    const found = events.map((one) => sharedCauseOf(openSet, one)?.name);
    expect(performance.now() - began).toBeLessThan(250);
    expect(new Set(found)).toEqual(new Set([undefined, 'registry.example:5000']));
  });
});

describe('a node that is lost', () => {
  it('is one request, and what it brings about is none', async () => {
    const { event, take, specs } = aHub();
    await take(event('prod-1', lost('n1')));
    const echoes = [stuck('cart', 'n1'), stuck('index', 'n1', 'ServiceWithoutEndpoints'), homeless('pay', '1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }')];
    expect(await take(...echoes.map((finding) => event('prod-1', finding)))).toEqual(['Known', 'Known', 'Known']);
    expect(specs()).toMatchObject([{ scope: 'Node', subject: { name: 'n1' } }]);
  });

  it('explains nothing of another node or cluster, and no fault of a manifest', async () => {
    const { event, take, specs } = aHub();
    await take(event('prod-1', lost('n1')));
    await take(event('prod-1', stuck('cart', 'n2')), event('prod-2', stuck('cart', 'n1')), event('prod-1', { ...pull('pay', undefined, 'NotFound') }), event('prod-1', homeless('stock', '3 Insufficient memory')));
    expect(specs().filter(({ scope }) => scope === 'Workload')).toHaveLength(4);
  });

  it('leaves what still fails once it is back to a request of its own', async () => {
    const { event, take, specs } = aHub();
    const node = event('prod-1', lost('n1'));
    await take(node);
    await take(event('prod-1', stuck('cart', 'n1')));
    await take(event('prod-1', lost('n1'), 'closed', 2));
    expect(specs().map(({ scope }) => scope).toSorted()).toEqual(['Node', 'Workload']);
  });

  it('goes before a request that was there first', async () => {
    const { event, take, openSet, requests } = aHub();
    await take(event('prod-1', stuck('cart', 'n1')));
    const [first] = requests();
    expect(first && parentOf(openSet, requests(), first)).toBeUndefined();
    await take(event('prod-1', lost('n1')));
    expect(first && parentOf(openSet, requests(), first)?.spec.subject).toEqual({ kind: 'Node', name: 'n1' });
  });
});
