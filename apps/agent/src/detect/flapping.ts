/** Nagios's rule: how many of the last twenty transitions were changes. */
const STATES = 21;
const START = 0.5;
const STOP = 0.25;

/** The last states of one failure, newest last; before the first one it was absent. */
export interface FlapHistory {
  readonly states: readonly boolean[];
  readonly flapping: boolean;
}

export const NO_HISTORY: FlapHistory = { states: [], flapping: false };

/** Starts to flap when half of the last transitions were changes, stops when no more than a quarter were. */
export function addState(history: FlapHistory, present: boolean): FlapHistory {
  const states = [...history.states, present].slice(-STATES);
  const changes = states.filter((state, index) => index > 0 && state !== states[index - 1]).length;
  const share = changes / (STATES - 1);
  return { states, flapping: history.flapping ? share > STOP : share >= START };
}

/** Nothing in it that could still matter. */
export const isQuiet = (history: FlapHistory): boolean => !history.flapping && !history.states.includes(true);
