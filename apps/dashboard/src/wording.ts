import type { RequestSummary } from '@fleetmend/model';

export type Tone = 'busy' | 'waiting' | 'good' | 'bad' | 'quiet';

/** How a phase feels to somebody who glances at the page, and what it means in words. */
const PHASES: Readonly<Record<string, { readonly tone: Tone; readonly words: string }>> = {
  Detected: { tone: 'busy', words: 'seen, waiting for its turn' },
  Inhibited: { tone: 'quiet', words: 'led by another request' },
  Diagnosing: { tone: 'busy', words: 'looking for the cause and the file' },
  Proposed: { tone: 'busy', words: 'policy judges the change' },
  AwaitingApproval: { tone: 'waiting', words: 'waits for an approval' },
  Delivering: { tone: 'busy', words: 'opening a pull request' },
  PullRequestOpen: { tone: 'waiting', words: 'waits for review and merge' },
  Merged: { tone: 'busy', words: 'merged, being rolled out' },
  Verifying: { tone: 'busy', words: 'watching whether it stays healthy' },
  Reverting: { tone: 'bad', words: 'taking the change back' },
  Succeeded: { tone: 'good', words: 'repaired and verified' },
  Failed: { tone: 'bad', words: 'tried, and the answer was no' },
  Escalated: { tone: 'bad', words: 'handed to a person' },
  Dismissed: { tone: 'quiet', words: 'nothing left to do' },
};

export const toneOf = (phase: string): Tone => PHASES[phase]?.tone ?? 'busy';
export const wordsOf = (phase: string): string => PHASES[phase]?.words ?? phase;

const ENDED = new Set(['Succeeded', 'Failed', 'Escalated', 'Dismissed']);
const FOR_PEOPLE = new Set(['AwaitingApproval', 'PullRequestOpen', 'Escalated']);

export const FILTERS = [
  { key: 'live', label: 'In progress', shows: ({ phase }: RequestSummary) => !ENDED.has(phase) },
  { key: 'waiting', label: 'For people', shows: ({ phase }: RequestSummary) => FOR_PEOPLE.has(phase) },
  { key: 'ended', label: 'Ended', shows: ({ phase }: RequestSummary) => ENDED.has(phase) },
  { key: 'all', label: 'All', shows: () => true },
] as const;

const UNITS = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000]] as const;

/** `3m`, `2h 5m`, `45s`: the two largest units, as kubectl's ages. */
export function renderSpan(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000) * 1000);
  const first = UNITS.findIndex(([, size]) => total >= size);
  if (first < 0) return '0s';
  const [unit, size] = UNITS[first] ?? ['s', 1000];
  const second = UNITS[first + 1];
  const rest = second ? Math.floor((total % size) / second[1]) : 0;
  return rest > 0 && second ? `${Math.floor(total / size)}${unit} ${rest}${second[0]}` : `${Math.floor(total / size)}${unit}`;
}

export const renderPercent = (ratio: number | undefined): string => (ratio === undefined ? '–' : `${Math.round(ratio * 100)} %`);

/** Only http and https, so that nothing in a status can become a script behind a click. */
export function safeLink(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\//i.test(url) ? url : undefined;
}
