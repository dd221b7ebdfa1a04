import { rmSync } from 'node:fs';
import { hours } from '@fleetmend/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPolicyWorld, RINGS, type PolicyWorldFixture } from './policy-world.fixture.ts';

const NO = { allow: false, tier: 'T3', violations: [{ id: 'X01', class: 'Unsafe', message: 'nothing is allowed' }], warnings: [], requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] } };
const DENIES_ALL = { results: [{ result: NO }] };

let world: PolicyWorldFixture;
beforeEach(async () => {
  world = await aPolicyWorld();
});
afterEach(() => world.close());

const assigned = async () => Promise.all(RINGS.map(async (name) => (await world.policyOf(name)).assigned));

describe('a policy rolled out over three clusters', () => {
  it('climbs ring by ring, and every cluster ends with the bundle and goes back to it from then on', async () => {
    const good = await world.goodBundle();
    world.rollOut('next', good);
    await world.look();
    const seen: (readonly (string | undefined)[])[] = [];
    const told: string[] = [];
    for (let hour = 0; hour < 20 && world.rollout('next').status.state !== 'Completed'; hour += 1) {
      seen.push((await assigned()).map((digest) => (digest === good.digest ? 'new' : 'old')));
      const { wave, stage } = world.rollout('next').status;
      // Between two waves nobody climbs.
      if (stage !== undefined) told.push(`${wave} ${stage}`);
      await world.anHour();
    }
    expect(world.rollout('next').status).toMatchObject({ state: 'Completed', wave: 'ring-2', stage: 'Enforce', reason: 'Completed: 3 clusters enforce it', conditions: expect.arrayContaining([expect.objectContaining({ type: 'Completed', status: 'True' })]) });
    // A later ring has the bundle only when all before it have: the pattern never has "new" after "old".
    for (const rings of seen) expect(rings).toEqual([...rings].sort());
    expect(new Set(told)).toEqual(new Set(RINGS.flatMap((ring) => ['Shadow', 'Warn', 'Enforce'].map((mode) => `${ring} ${mode}`))));
    for (const name of RINGS) {
      expect((await world.decide(name)).bundle.digest).toBe(good.digest);
      await world.look();
      expect(await world.policyOf(name)).toMatchObject({ assigned: good.digest, judged: good.digest, lastGood: good.digest });
    }
    expect(world.events().map(({ reason }) => reason).sort()).toEqual(['RolloutCompleted', 'RolloutProgressing']);
    expect(await world.metrics()).toContain('fleetmend_policy_rollout_stage{rollout="fleetmend-system/next",wave="ring-2"} 4');
  });

  it('halts at the canary when it denies what was allowed, and the other clusters never see it', async () => {
    const bad = world.madeUpBundle('bad', DENIES_ALL);
    world.rollOut('next', bad);
    await world.look();
    for (let hour = 0; hour < 4; hour += 1) {
      // The bundle in use decides all the while.
      for (const name of RINGS) expect(await world.decide(name)).toMatchObject({ decision: { allow: true }, bundle: { digest: world.shipped } });
      await world.anHour();
    }
    const { status } = world.rollout('next');
    expect(status).toMatchObject({ state: 'Halted', wave: 'ring-0', stage: 'Shadow', reason: expect.stringMatching(/^NewDenies: \d+ of \d+ decisions newly denied in ring-0 \(Shadow\), more than 20%$/) });
    expect(status.clusters?.map(({ name }) => name)).toEqual(['ring-0']);
    expect(await assigned()).toEqual([world.shipped, world.shipped, world.shipped]);
    expect(world.held()).toEqual([world.shipped]);
    expect(world.events()).toContainEqual({ type: 'Warning', reason: 'RolloutHalted', message: expect.stringContaining('NewDenies') });
    expect(await world.metrics()).toContain('fleetmend_policy_rollout_stage{rollout="fleetmend-system/next",wave="ring-0"} -1');
  });

  it('takes the bundle back from a cluster that enforces it already, when repairs under it do not hold', async () => {
    const good = await world.goodBundle();
    world.rollOut('next', good, { stages: [{ mode: 'Enforce', soak: '10h' }] });
    await world.look();
    const { bundle } = await world.decide('ring-0');
    expect(bundle.digest).toBe(good.digest);
    for (const attempt of [1, 2]) world.moved({ metadata: { uid: 'uid-1' }, spec: { clusters: ['ring-0'] }, status: { attempt } } as never, { from: 'Verifying', to: 'Reverting' });
    await world.look();
    expect(world.rollout('next').status).toMatchObject({ state: 'Halted', reason: expect.stringContaining('FailedVerifications: 2 of 2') });
    expect(await world.decide('ring-0')).toMatchObject({ decision: { allow: true }, bundle: { digest: world.shipped } });
  });

  it('halts on a bundle that does not answer', async () => {
    world.rollOut('next', world.madeUpBundle('broken', 'traps'));
    await world.look();
    await world.anHour(1);
    expect(world.rollout('next').status.reason).toMatch(/^EvalErrors: no answer to 1 of 1/);
  });

  it('does not promote a quiet cluster, however long it soaks', async () => {
    world.rollOut('next', await world.goodBundle());
    await world.look();
    await world.hub.clock.run(hours(30));
    await world.look();
    expect(world.rollout('next').status).toMatchObject({ state: 'Progressing', stage: 'Shadow', reason: 'Sample: ring-0 in Shadow: 0 of 4 decisions' });
  });

  it('judges again what was decided before, and lets that count for most of a sample', async () => {
    for (let each = 0; each < 10; each += 1) await world.decide('ring-0');
    world.rollOut('next', await world.goodBundle());
    await world.look();
    await world.look();
    expect(world.rollout('next').status.clusters).toMatchObject([{ name: 'ring-0', counts: { decisions: 10, replayed: 10, newDenies: 0 } }]);
    await world.hub.clock.run(hours(2));
    await world.look();
    expect(world.rollout('next').status.reason).toBe('Sample: ring-0 in Shadow: 3 of 4 decisions');
    await world.decide('ring-0');
    await world.look();
    expect(world.rollout('next').status.stage).toBe('Warn');
  });

  it('warns in Warn: the violations of the coming policy, and a human', async () => {
    world.rollOut('next', world.madeUpBundle('bad', DENIES_ALL), { stages: [{ mode: 'Warn', soak: '9h', minDecisions: 50 }, { mode: 'Enforce' }] });
    await world.look();
    expect(await world.decide('ring-0')).toMatchObject({ decision: { allow: true, tier: 'T1', warnings: [expect.stringContaining('X01 of the coming policy made-up')] } });
    await world.look();
    expect((await world.policyOf('ring-0')).judged).toBe(world.shipped);
    expect((await world.decide('ring-1')).decision).toMatchObject({ tier: 'T0', warnings: [] });
  });

  it('counts a cluster only when the constraints inside it are those of the bundle, too', async () => {
    const good = await world.goodBundle();
    world.rollOut('next', good, { stages: [{ mode: 'Enforce' }] });
    await world.live('ring-0', { digests: [world.shipped], whole: true });
    for (let look = 0; look < 9; look += 1) await world.look();
    expect(world.rollout('next').status).toMatchObject({ state: 'Progressing', wave: 'ring-0', reason: `InCluster: ring-0 in Enforce: the constraints and admission policies in it are those of ${world.shipped}` });
    expect((await assigned())[1]).toBe(world.shipped);
    await world.live('ring-0', { digests: [good.digest], whole: true });
    for (let look = 0; look < 9; look += 1) await world.look();
    expect(world.rollout('next').status.state).toBe('Completed');
    expect(await world.policyOf('ring-0')).toMatchObject({ assigned: good.digest, inCluster: good.digest });
  });

  it('starts where it was after a restart, from its own disk', async () => {
    const good = await world.goodBundle();
    world.rollOut('next', good, { stages: [{ mode: 'Enforce' }] });
    for (let look = 0; look < 9; look += 1) await world.look();
    expect(world.rollout('next').status.state).toBe('Completed');
    rmSync(good.path, { recursive: true });
    world.hub.server.objects.delete('fleetmend.dev/v1alpha1', 'PolicyRollout', 'fleetmend-system', 'next');
    await world.restart();
    await world.look();
    expect((await world.decide('ring-2')).bundle.digest).toBe(good.digest);
  });

  it('tells its story in the columns of kubectl get', async () => {
    world.rollOut('next', await world.goodBundle());
    await world.look();
    const table = (await world.hub.client.json({ path: '/apis/fleetmend.dev/v1alpha1/policyrollouts', accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })) as { columnDefinitions: { name: string; priority: number }[]; rows: { cells: unknown[] }[] };
    expect(table.columnDefinitions.filter(({ priority }) => priority === 0).map(({ name }) => name)).toEqual(['Name', 'State', 'Wave', 'Stage', 'Reason', 'Age']);
    expect(table.rows[0]?.cells.slice(0, 5)).toEqual(['next', 'Progressing', 'ring-0', 'Shadow', 'Soak: ring-0 in Shadow until 2026-01-05T10:00:00Z']);
  });
});
