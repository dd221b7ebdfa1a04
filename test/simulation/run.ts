import { minutes, type Duration } from '@fleetmend/kernel';
import { isTerminal } from '@fleetmend/lifecycle';
import { BOUND } from './bound.ts';
import { withoutAmbientWorld } from './forbidden-globals.ts';
import { isHeldBack } from './invariants/endings.ts';
import { watchInvariants, type Violation } from './invariants/invariants.ts';
import type { Schedule } from './schedule/schedule.ts';
import type { PlantedBug } from './world/hub.ts';
import { calm, letPeopleAct } from './world/people.ts';
import { START } from './world/settings.ts';
import { createWorld, type World } from './world/world.ts';

export interface Outcome {
  readonly violation: Violation | undefined;
  readonly steps: number;
  /** How each request ended. */
  readonly ends: readonly string[];
  readonly fired: ReadonlyMap<string, number>;
  /** Virtual time that it took. */
  readonly took: Duration;
}

const TAIL: Duration = minutes(6);

/** Plays one schedule to its end, or to its first violation. The same schedule always plays the same. */
export function play(schedule: Schedule, options: { readonly bug?: PlantedBug; readonly trace?: (line: string) => void } = {}): Promise<Outcome> {
  return withoutAmbientWorld(async () => {
    const world = createWorld(schedule, options);
    const invariants = watchInvariants(world);
    const people = letPeopleAct(world);
    let quietSince: number | undefined;
    world.scheduler.after(schedule.calmAt, () => calm(world));
    await world.scheduler.run(() => {
      invariants.check();
      if (invariants.violation !== undefined) return true;
      const { now } = world.scheduler;
      if (now < START + schedule.calmAt) return false;
      if (now > START + schedule.calmAt + BOUND) return true;
      quietSince = allEnded(world) ? (quietSince ?? now) : undefined;
      return quietSince !== undefined && now - quietSince > TAIL;
    });
    invariants.atTheEnd(START + schedule.calmAt);
    return {
      violation: invariants.violation,
      steps: world.scheduler.steps,
      ends: world.ledger.all().map(({ metadata, status }) => `${metadata.name} ${status.phase} ${status.reason ?? ''}`),
      fired: new Map([...world.faults.fired, ...people.fired]),
      took: world.scheduler.now - START,
    };
  });
}

function allEnded(world: World): boolean {
  return world.ledger.all().every((request) => isTerminal(request.status.phase) || isHeldBack(world, request));
}
