import type { Clock, Instant } from '@fleetmend/kernel';
import type { RemediationRequest } from '@fleetmend/model';
import { printable } from '../printable.ts';
import { styled, type Style, type Terminal } from '../terminal.ts';
import { chaptersOf, type Mood } from '@fleetmend/lifecycle';

const SIGNS: Readonly<Record<Mood, { readonly sign: string; readonly style: Style }>> = {
  news: { sign: '•', style: 'cyan' },
  good: { sign: '✓', style: 'green' },
  bad: { sign: '✗', style: 'red' },
  wait: { sign: '…', style: 'yellow' },
};

export interface StoryTeller {
  /** Tells whatever is new about a request. */
  tell(request: RemediationRequest): void;
  /** A line of the world around it. */
  say(text: string, mood?: Mood): void;
  /** Shows what is going on at the moment, where somebody watches. */
  now(requests: readonly RemediationRequest[]): void;
}

/** Tells stories of requests as they happen, with the time since `start`: lines that stay, and one live line on a terminal. */
export function createStoryTeller({ terminal, clock, start }: { readonly terminal: Terminal; readonly clock: Clock; readonly start: Instant }): StoryTeller {
  const told = new Set<string>();
  const say = (text: string, mood: Mood = 'news') => {
    const { sign, style } = SIGNS[mood];
    terminal.line(`${styled(terminal, 'dim', renderElapsed(clock.now() - start))}  ${styled(terminal, style, sign)} ${printable(text)}`);
  };
  return {
    say,
    tell(request) {
      for (const { key, mood, text } of chaptersOf(request)) {
        const id = `${request.metadata.uid}/${key}`;
        if (told.has(id)) continue;
        told.add(id);
        say(text, mood);
      }
    },
    now(requests) {
      const alive = requests.filter((request) => !['Succeeded', 'Failed', 'Escalated', 'Dismissed'].includes(request.status.phase));
      const text = alive.length === 0 ? 'watching' : alive.map((request) => `${request.spec.target?.name ?? request.metadata.name}: ${request.status.phase}`).join('  ');
      terminal.live(`${renderElapsed(clock.now() - start)}    ${text}`);
    },
  };
}

/** `0:07`, `12:40`. */
export function renderElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}`;
}
