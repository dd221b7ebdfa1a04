import { seconds, minutes } from '@fleetmend/kernel';
import { Answer, type EvidenceAnswer, type HealthAnswer, type ObjectAnswer, type Question } from '@fleetmend/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDeployment, anAgentWorld, namespace, type AgentWorld } from './agent-world.ts';

const CHECKOUT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' } as const;
const PASSWORD = 'tr0ub4dor-and-3';
let world: AgentWorld;
beforeEach(async () => {
  world = await anAgentWorld();
  world.apply(namespace());
  await world.start({ settings: { hold: minutes(1) } });
});
afterEach(() => world.close());

async function ask<T extends Answer>(question: Question): Promise<T> {
  const asked = world.hub.ask('prod-1', question, seconds(20)).then((answer) => ({ answer }), (error: unknown) => ({ error }));
  await world.clock.run(seconds(2));
  const outcome = await asked;
  if ('error' in outcome) throw outcome.error;
  return Answer.parse(outcome.answer) as T;
}

describe('evidence', () => {
  const hungry = aDeployment({ args: [`--log=connecting to postgres://app:${PASSWORD}@db:5432 as checkout`, '--hold-memory=100Mi'], env: [{ name: 'DB_PASSWORD', value: PASSWORD }, { name: 'MODE', value: 'prod' }] });

  async function evidence(): Promise<EvidenceAnswer> {
    world.apply(
      { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'bounds', namespace: 'shop' }, spec: { limits: [{ type: 'Container', max: { memory: '512Mi' } }] } },
      { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'shop' }, spec: { hard: { 'limits.memory': '1Gi' } } },
      hungry,
    );
    await world.clock.run(minutes(1));
    const fingerprint = world.events[0]?.fingerprint ?? '';
    return ask<EvidenceAnswer>({ question: 'evidence', fingerprint, target: { ...CHECKOUT, container: 'app' } });
  }

  it('holds logs, events, specs, revisions, bounds and the node', async () => {
    const { items } = await evidence();
    const find = (title: RegExp) => items.find((item) => title.test(item.title))?.text ?? '';
    expect(find(/^previous log of shop\/checkout-.* container app$/)).toContain('connecting to');
    expect(find(/^events of Deployment\/shop\/checkout$/)).toMatch(/×\d+ Warning BackOff: /);
    expect(JSON.parse(find(/^Deployment\/shop\/checkout as it is live$/))).toMatchObject({ kind: 'Deployment', spec: { replicas: 1 } });
    expect(find(/^revisions of/)).toMatch(/^revision 1 since .*: 0 of 1 ready, app=127\.0\.0\.1:5999\/labapp:1 .*64Mi/);
    expect(find(/^quotas and limit ranges/)).toMatch(/limits\.memory \S+ of 1Gi[\s\S]*512Mi/);
    expect(find(/^node /)).toMatch(/allocatable: .*memory[\s\S]*Ready=True/);
  });

  it('holds at most 64 KiB, and no secret in any of it', async () => {
    const answer = await evidence();
    const all = JSON.stringify(answer);
    expect(answer.items.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)).toBeLessThanOrEqual(64 * 1024);
    expect(all).not.toContain(PASSWORD);
    expect(all).toContain('MODE');
    expect(Object.values(answer.redactions).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1);
    expect(JSON.stringify(world.events)).not.toContain(PASSWORD);
  });

  it('is announced by a digest in the event', async () => {
    await evidence();
    expect(world.events[0]?.evidence).toMatch(/^sha256:/);
  });

  it('keeps the log of a pod that is no more', async () => {
    const before = await evidence();
    const [pod] = world.objects.list('v1', 'Pod', { namespace: 'shop' });
    world.objects.delete('v1', 'Pod', 'shop', pod?.metadata.name ?? '', { manager: 'spec' } as never);
    world.apply({ ...hungry, spec: { ...(hungry['spec'] as object), replicas: 0 } });
    await world.clock.run(seconds(20));
    const after = await ask<EvidenceAnswer>({ question: 'evidence', fingerprint: world.events[0]?.fingerprint ?? '', target: { ...CHECKOUT, container: 'app' } });
    const previous = (answer: EvidenceAnswer) => answer.items.filter(({ title }) => title.startsWith('previous log')).map(({ digest }) => digest);
    expect(previous(before)).toHaveLength(1);
    expect(previous(after)).toEqual(previous(before));
  });
});

describe('object', () => {
  it('reads live objects without secret values and without who owns which field', async () => {
    world.apply(aDeployment({ env: [{ name: 'DB_PASSWORD', value: PASSWORD }, { name: 'MODE', value: 'prod' }] }));
    await world.clock.run(seconds(5));
    const { objects } = await ask<ObjectAnswer>({ question: 'object', ref: CHECKOUT, limit: 1 });
    expect(objects).toHaveLength(1);
    expect(JSON.stringify(objects)).not.toContain(PASSWORD);
    const [object] = objects;
    expect(object).toMatchObject({ spec: { template: { spec: { containers: [{ env: [{ name: 'DB_PASSWORD', value: '__SECRET_VALUE_1__' }, { name: 'MODE', value: 'prod' }] }] } } } });
    expect(object?.metadata['managedFields']).toContainEqual({ manager: 'spec', operation: 'Update', time: expect.any(String) });
    expect(JSON.stringify(object)).not.toContain('f:spec');
  });

  it('lists all of a kind, by label, up to the limit', async () => {
    world.apply(aDeployment({ replicas: 3 }), aDeployment({ name: 'web' }));
    await world.clock.run(seconds(5));
    const pods = (labels?: Record<string, string>, limit = 100): Question => ({ question: 'object', ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop' }, limit, ...(labels ? { labels } : {}) });
    expect((await ask<ObjectAnswer>(pods())).objects).toHaveLength(4);
    expect((await ask<ObjectAnswer>(pods({ app: 'web' }))).objects).toHaveLength(1);
    expect(await ask<ObjectAnswer>(pods(undefined, 2))).toMatchObject({ truncated: true, objects: [{ kind: 'Pod' }, { kind: 'Pod' }] });
  });

  it('tells the rest of a list from where an answer ended', async () => {
    world.apply(aDeployment({ replicas: 3 }), aDeployment({ name: 'web' }));
    await world.clock.run(seconds(5));
    const pods = (after?: string): Question => ({ question: 'object', ref: { apiVersion: 'v1', kind: 'Pod' }, limit: 3, ...(after === undefined ? {} : { after }) });
    const first = await ask<ObjectAnswer>(pods());
    const rest = await ask<ObjectAnswer>(pods(`shop/${first.objects.at(-1)?.metadata.name ?? ''}`));
    expect([first.truncated, rest.truncated]).toEqual([true, false]);
    const names = [...first.objects, ...rest.objects].map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(4);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it('is empty for what does not exist, and for a kind that is not served', async () => {
    expect((await ask<ObjectAnswer>({ question: 'object', ref: CHECKOUT, limit: 1 })).objects).toEqual([]);
    expect((await ask<ObjectAnswer>({ question: 'object', ref: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', namespace: 'shop' }, limit: 1 })).objects).toEqual([]);
  });

  it.each(['Secret', 'ConfigMap', 'ServiceAccount'])('refuses %s, and does not even ask the API server', async (kind) => {
    const before = world.wire.paths.length;
    expect(await ask({ question: 'object', ref: { apiVersion: 'v1', kind, namespace: 'shop' }, limit: 1 })).toMatchObject({ answer: 'refusal', reason: 'KindNotReadable' });
    expect(world.wire.paths.slice(before).filter((path) => /secret|configmap|serviceaccount/.test(path))).toEqual([]);
  });
});

describe('health', () => {
  const health = (target: Extract<Question, { question: 'health' }>['target'] = CHECKOUT) => ask<HealthAnswer>({ question: 'health', target });

  it('says that a target does not exist', async () => {
    expect(await health()).toMatchObject({ exists: false, pods: [], desired: 0, ready: 0 });
  });

  it('tells pods of the wanted template from those of an older one', async () => {
    world.apply(aDeployment({ replicas: 2 }));
    await world.clock.run(seconds(20));
    const before = await health();
    expect(before).toMatchObject({ exists: true, generationCurrent: true, desired: 2, ready: 2, findings: [] });
    expect(before.pods.every(({ current, ready, restarts, readySince }) => current && ready && restarts === 0 && readySince !== undefined)).toBe(true);

    world.apply(aDeployment({ replicas: 2, image: '127.0.0.1:5999/labapp:nope' }));
    await world.clock.run(seconds(10));
    const after = await health();
    const old = after.pods.filter(({ current }) => !current);
    expect(old.map(({ ready }) => ready)).toEqual([true, true]);
    expect(after.pods.filter(({ current }) => current).map(({ ready }) => ready)).toEqual([false]);
    expect(new Set(after.pods.map(({ template }) => template)).size).toBe(2);
  });

  it('names open findings of any container of the target, and none of its neighbours', async () => {
    world.apply(aDeployment({ args: ['--hold-memory=100Mi'] }), aDeployment({ name: 'cart', args: ['--exit=1'] }));
    await world.clock.run(minutes(2));
    const { findings, ready, pods } = await health();
    expect(findings.map(({ finding }) => `${finding.class} ${finding.target.name}`)).toEqual(['OOMKilled checkout']);
    expect(ready).toBe(0);
    expect(pods[0]?.restarts).toBeGreaterThan(1);
  });

  it('names what fails of a Service for which the target is to blame', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'front', namespace: 'shop' }, spec: { selector: { app: 'checkout' }, ports: [{ port: 80, targetPort: 'web' }] } };
    world.apply(aDeployment({ args: ['--listen=8080'], container: { ports: [{ name: 'http', containerPort: 8080 }] } }), service);
    await world.clock.run(minutes(2));
    const { findings } = await health();
    expect(findings.map(({ finding }) => `${finding.class} ${finding.target.kind}/${finding.target.name}`)).toEqual(['ServicePortMismatch Service/front']);
  });

  it('says when a pod was made and tried last, and that its symptom has lasted', async () => {
    world.apply(aDeployment({ args: ['--exit=1'] }));
    await world.clock.run(minutes(2));
    const { at, findings, pods } = await health();
    expect(findings[0]).toMatchObject({ dwelt: true, seenAt: expect.any(Number) });
    expect(pods[0]?.triedAt).toBeGreaterThan(pods[0]?.madeAt ?? at);
  });

  it('does not take what a pod showed for what the next one of its name shows', async () => {
    const target = { ...CHECKOUT, kind: 'StatefulSet' };
    const stateful = (args: readonly string[]) => ({ ...aDeployment({ args, container: { readinessProbe: { httpGet: { path: '/', port: 8080 } } } }), kind: 'StatefulSet' });
    world.apply(stateful(['--exit=1']));
    await world.clock.run(minutes(2));
    const [before] = (await health(target)).pods;
    world.apply(stateful(['--listen=8080', '--health=/', '--ready-after=10m']));
    world.objects.delete('v1', 'Pod', 'shop', before?.name ?? '', { manager: 'spec' } as never);
    await world.clock.run(seconds(5));
    const { findings, pods } = await health(target);
    expect(pods.map(({ name, restarts }) => [name, restarts])).toEqual([[before?.name, 0]]);
    expect(findings).toMatchObject([{ finding: { class: 'CrashLoopBackOff' }, dwelt: false }]);
  });

  it('has a digest per guard, which changes when somebody changes the guard', async () => {
    const quota = (memory: string) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'shop' }, spec: { hard: { 'limits.memory': memory } } });
    world.apply(aDeployment(), quota('1Gi'));
    const before = (await health()).guards;
    expect((await health()).guards).toEqual(before);
    world.apply(quota('2Gi'));
    const after = (await health()).guards;
    expect(Object.keys(after)).toEqual(['ResourceQuota/shop/quota']);
    expect(after).not.toEqual(before);
  });

  it('refuses a target of a kind that the agent does not read', async () => {
    expect(await ask({ question: 'health', target: { apiVersion: 'example.org/v1', kind: 'Widget', namespace: 'shop', name: 'w' } })).toMatchObject({ answer: 'refusal', reason: 'KindNotReadable' });
  });

  it('passes trouble with the API server on as something to try again', async () => {
    world.wire.down = true;
    expect(await ask({ question: 'health', target: CHECKOUT })).toMatchObject({ answer: 'refusal', reason: 'Unavailable', message: expect.stringContaining('cannot reach the Kubernetes API') });
  });
});
