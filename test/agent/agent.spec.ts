import { join } from 'node:path';
import { minutes, seconds } from '@fleetmend/kernel';
import { xorOf, type KubeObject } from '@fleetmend/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDeployment, anAgentWorld, namespace, type AgentWorld } from './agent-world.ts';

const HUNGRY = ['--hold-memory=100Mi'];
let world: AgentWorld;
beforeEach(async () => {
  world = await anAgentWorld();
  world.apply(namespace());
});
afterEach(() => world.close());

describe('an agent', () => {
  it('reports a container that is killed for memory once, and that it is closed after the target was healthy for the hold', async () => {
    await world.start({ settings: { hold: minutes(1) } });
    world.apply(aDeployment({ args: HUNGRY }));
    await world.clock.run(minutes(2));
    expect(world.told().filter((line) => line.startsWith('open'))[0]).toBe('open OOMKilled Deployment/shop/checkout');
    expect(new Set(world.events.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    const [first] = world.events;
    expect(first).toMatchObject({ cluster: 'prod-1', version: 1, finding: { target: { container: 'app' }, observation: { reason: 'OOMKilled', exitCode: 137 } } });
    expect((first?.at ?? 0) - world.clock.now()).toBeLessThan(-seconds(60));

    world.apply(aDeployment({ args: HUNGRY, memory: '128Mi' }));
    await world.clock.run(seconds(50));
    expect(world.told().at(-1)).toMatch(/^open/);
    await world.clock.run(seconds(30));
    expect(world.told().at(-1)).toBe('closed OOMKilled Deployment/shop/checkout');
    expect(world.events.at(-1)?.version).toBeGreaterThan(1);
  });

  it('says that a failure is gone as soon as its target is', async () => {
    await world.start();
    world.apply(aDeployment({ args: HUNGRY }));
    await world.clock.run(minutes(1));
    world.objects.delete('apps/v1', 'Deployment', 'shop', 'checkout', { manager: 'spec' } as never);
    await world.clock.run(minutes(1));
    expect(world.told().at(-1)).toBe('gone OOMKilled Deployment/shop/checkout');
  });

  it('reads only', async () => {
    await world.start();
    world.apply(aDeployment({ args: HUNGRY }));
    await world.clock.run(minutes(2));
    await world.hub.ask('prod-1', { question: 'health', target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' } }, seconds(5));
    expect([...world.wire.methods]).toEqual(['GET']);
    expect(world.wire.paths.filter((path) => /secrets|configmaps|exec|attach|proxy/.test(path))).toEqual([]);
  });

  it('is silent about a healthy fleet, and says so every minute', async () => {
    const agent = await world.start();
    world.apply(aDeployment({ replicas: 3 }), aDeployment({ name: 'web' }));
    await world.clock.run(minutes(10));
    expect(world.events).toEqual([]);
    expect(world.beats.length).toBeGreaterThanOrEqual(9);
    expect(world.beats.at(-1)).toMatchObject({ cluster: 'prod-1', open: 0, xor: '0'.repeat(16), pods: 4, inCluster: { digests: [], whole: true } });
    expect(agent.metrics()).toMatchObject({ ready: true, pods: 4, findings: { open: 0 } });
  });

  it('tells which policy bundle’s admission policies stand in its cluster', async () => {
    await world.start();
    const digest = `sha256:${'b'.repeat(64)}`;
    world.apply({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'no-latest', annotations: { 'fleetmend.dev/bundle-digest': digest } },
      spec: { matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }] }, validations: [{ expression: 'true' }] },
    } as KubeObject);
    await world.clock.run(minutes(3));
    expect(world.beats.at(-1)?.inCluster).toEqual({ digests: [digest], whole: true });
    expect([...world.wire.methods]).toEqual(['GET']);
  });

  it('is silent about one crash that a restart heals', async () => {
    await world.start();
    world.apply(aDeployment({ args: ['--exit-after=20m', '--exit=1'] }));
    await world.clock.run(minutes(30));
    expect(world.events).toEqual([]);
  });

  it('reports a crash loop, and not its echo, when memory is not the cause', async () => {
    await world.start();
    world.apply(aDeployment({ args: ['--log=no such host', '--exit=1'] }));
    await world.clock.run(minutes(2));
    expect(new Set(world.told())).toEqual(new Set(['open CrashLoopBackOff Deployment/shop/checkout']));
  });

  it('reports an image that does not exist only after its dwell', async () => {
    await world.start();
    world.apply(aDeployment({ image: '127.0.0.1:5999/labapp:nope' }));
    await world.clock.run(seconds(25));
    expect(world.events).toEqual([]);
    await world.clock.run(seconds(30));
    expect(world.events[0]).toMatchObject({ state: 'open', finding: { class: 'ImagePullBackOff', subCause: 'NotFound', observation: { image: '127.0.0.1:5999/labapp:nope' } } });
    await world.clock.run(minutes(3));
    expect(new Set(world.events.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });

  it('is silent about an image that is there after one back-off, and about a rollout that replaces one image by another', async () => {
    await world.start();
    world.apply(aDeployment({ image: '127.0.0.1:5999/labapp:nope' }), aDeployment({ name: 'web', replicas: 2 }));
    await world.clock.run(seconds(20));
    world.apply(aDeployment(), aDeployment({ name: 'web', replicas: 2, memory: '96Mi' }));
    await world.clock.run(minutes(3));
    expect(world.events).toEqual([]);
  });

  it('says which state directory it cannot write to', async () => {
    await expect(world.start({ stateDir: join(import.meta.filename, 'state') })).rejects.toMatchObject({ name: 'PermanentError', reason: 'StateUnwritable', message: expect.stringContaining('agent.spec.ts/state') });
  });

  it('tells the digest of what is open, and says all again when it is asked to', async () => {
    await world.start();
    world.apply(aDeployment({ args: HUNGRY }), aDeployment({ name: 'cart', args: ['--exit=1'] }));
    await world.clock.run(minutes(3));
    const open = [...new Set(world.events.map(({ fingerprint }) => fingerprint))];
    expect(world.beats.at(-1)).toMatchObject({ open: 2, xor: xorOf(open) });
    const before = world.events.length;
    const asked = world.hub.resync('prod-1', seconds(10));
    await world.clock.run(seconds(5));
    expect(await asked).toBe(2);
    expect(world.events.slice(before).map(({ fingerprint }) => fingerprint).toSorted()).toEqual(open.toSorted());
  });

  it('closes nothing while it cannot see, and after an outage of the API server sees what happened meanwhile', async () => {
    await world.start({ settings: { hold: seconds(20) } });
    world.apply(aDeployment({ args: HUNGRY }), aDeployment({ name: 'web' }));
    await world.clock.run(minutes(1));
    const before = world.events.length;
    world.wire.down = true;
    world.wire.cut();
    world.apply(aDeployment({ args: HUNGRY, memory: '128Mi' }), aDeployment({ name: 'web', args: HUNGRY }));
    await world.clock.run(minutes(5));
    expect(world.events.slice(before).filter(({ state }) => state !== 'open')).toEqual([]);
    expect(world.warnings.some((message) => message.includes('cannot reach the Kubernetes API at https://prod-1.test'))).toBe(true);
    world.wire.down = false;
    await world.clock.run(minutes(1));
    expect(world.told()).toContain('closed OOMKilled Deployment/shop/checkout');
    expect(world.told()).toContain('open OOMKilled Deployment/shop/web');
  });

  it('loses nothing when connections are reset all the time', async () => {
    await world.start({ settings: { hold: seconds(20) } });
    world.apply(aDeployment({ args: HUNGRY }));
    for (let second = 0; second < 60; second += 1) {
      await world.clock.run(seconds(1));
      world.wire.cut();
    }
    expect(world.told()[0]).toBe('open OOMKilled Deployment/shop/checkout');
    world.apply(aDeployment({ args: HUNGRY, memory: '128Mi' }));
    await world.clock.run(minutes(1));
    expect(world.told().at(-1)).toBe('closed OOMKilled Deployment/shop/checkout');
  });

  it('goes on without the right to read events, and says nothing at all without the right to read pods', async () => {
    world.wire.forbidden.add('events');
    const agent = await world.start();
    world.apply(aDeployment({ args: HUNGRY }));
    await world.clock.run(minutes(1));
    expect(world.told()[0]).toBe('open OOMKilled Deployment/shop/checkout');
    expect(world.warnings.some((message) => message.includes('grant verb "watch" on resource "events"'))).toBe(true);
    await agent.stop();

    world.wire.forbidden.add('pods');
    const beats = world.beats.length;
    const blind = await world.start();
    await world.clock.run(minutes(3));
    expect(world.beats).toHaveLength(beats);
    expect(blind.metrics()).toMatchObject({ ready: false, watches: expect.arrayContaining([expect.objectContaining({ resource: 'pods', state: 'denied' })]) });
  });

  it('goes on after a restart: nothing is reported as new, and what healed meanwhile is closed', async () => {
    const first = await world.start({ settings: { hold: seconds(30) } });
    world.apply(aDeployment({ args: HUNGRY }), aDeployment({ name: 'cart', args: HUNGRY }));
    await world.clock.run(minutes(1));
    await first.stop();
    const before = world.events.length;
    world.apply(aDeployment({ name: 'cart', args: HUNGRY, memory: '128Mi' }));
    await world.clock.run(minutes(1));
    const second = await world.start({ settings: { hold: seconds(30) } });
    await world.clock.run(minutes(2));
    expect(second.metrics().epoch).toBeGreaterThan(first.metrics().epoch);
    const after = world.events.slice(before);
    expect(after.filter(({ finding }) => finding.target.name === 'cart').map(({ state }) => state)).toEqual(['open', 'closed']);
    expect(after.filter(({ finding }) => finding.target.name === 'checkout').every(({ state }) => state === 'open')).toBe(true);
    const seen = (events: typeof world.events) => events.find(({ finding }) => finding.target.name === 'checkout')?.firstSeen;
    expect(seen(after)).toBe(seen(world.events));
  });
});
