import { afterEach, beforeEach, expect, it } from 'vitest';
import { aPolicyWorld, type PolicyWorldFixture } from './policy-world.fixture.ts';

let world: PolicyWorldFixture;
beforeEach(async () => {
  world = await aPolicyWorld();
});
afterEach(() => world.close());

const change = (spec: object) => world.hub.server.objects.update({ ...world.rollout('next'), spec: { ...world.rollout('next').spec, ...spec } } as never, { manager: 'platform' });

it('tells people of a halt, with the limit that was passed, and once however often it is looked at', async () => {
  const broken = world.madeUpBundle('broken', 'traps');
  world.rollOut('next', broken);
  await world.look();
  expect(world.halts).toEqual([]);
  for (let hour = 0; hour < 3; hour += 1) await world.anHour(1);
  expect(world.halts).toEqual([
    {
      rollout: { namespace: 'fleetmend-system', name: 'next', uid: world.rollout('next').metadata.uid },
      bundle: broken.digest,
      wave: 'ring-0',
      stage: 'Shadow',
      reason: 'EvalErrors',
      message: expect.stringMatching(/^no answer to 1 of 1 decisions in ring-0/),
      key: `rollout/${world.rollout('next').metadata.uid}/1/halted`,
    },
  ]);
});

it('tells it once where two hubs look at the same moment', async () => {
  const other = await world.anotherHub();
  world.rollOut('next', await world.goodBundle());
  await world.look();
  change({ halted: true });
  await Promise.all([world.look(), other.look()]);
  await Promise.all([world.look(), other.look()]);
  await other.close();
  expect(world.rollout('next').status.state).toBe('Halted');
  expect(world.halts.map(({ reason }) => reason)).toEqual(['HaltedByPerson']);
});

it('tells of the next climb’s halt as another one', async () => {
  world.rollOut('next', await world.goodBundle(), { halted: true });
  await world.look();
  change({ halted: false });
  await world.look();
  change({ halted: true });
  await world.look();
  expect(new Set(world.halts.map(({ key }) => key)).size).toBe(2);
});
