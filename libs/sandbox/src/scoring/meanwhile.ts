import type { Instant } from '@fleetmend/kernel';
import type { Scenario, ScenarioAct } from '../world/scenario.ts';
import type { Files } from './file-values.ts';

export interface Meanwhile {
  /** Does what is due. */
  look(moment: { readonly now: Instant; readonly opened: boolean; readonly merged: boolean }): Promise<void>;
  /** Something that is waited for came about, and is still to be answered. */
  isDue(): boolean;
  /** The files with all over them that people committed so far. */
  over(files: Files): Files;
}

/** The people of a scenario who act while the hub is at work. */
export function createMeanwhile({ meanwhile, appliedAt, act }: { readonly meanwhile: Scenario['meanwhile']; readonly appliedAt: Instant; readonly act: (what: ScenarioAct) => Promise<void> }): Meanwhile {
  const since = new Map<ScenarioAct['once'], Instant>([['applied', appliedAt]]);
  const done: ScenarioAct[] = [];
  const left = () => meanwhile.filter((one) => since.has(one.once) && !done.includes(one));
  return {
    async look({ now, opened, merged }) {
      if (opened && !since.has('opened')) since.set('opened', now);
      if (merged && !since.has('merged')) since.set('merged', now);
      for (const one of left()) {
        if (now < (since.get(one.once) ?? now) + one.after) continue;
        done.push(one);
        await act(one);
      }
    },
    isDue: () => left().length > 0,
    over(files) {
      const all = new Map(files);
      for (const [path, text] of done.flatMap((one) => [...one.files])) {
        if (text === null) all.delete(path);
        else all.set(path, text);
      }
      return all;
    },
  };
}
