import { describe, expect, it } from 'vitest';
import { aRequest } from '@fleetmend/testing';
import { createClockPace } from './clock-pace.ts';

const running = aRequest().request.status;
const { clockAt: _, ...rest } = running;
const stopped = { ...rest, phase: running.phase, attempt: running.attempt };

describe('touching a clock', () => {
  it('is worth a write now and then, and not as often as another hub disagrees', () => {
    const mayWrite = createClockPace();
    expect(mayWrite('a', running, stopped, 0)).toBe(true);
    expect(mayWrite('a', stopped, running, 1_000)).toBe(false);
    expect(mayWrite('b', stopped, running, 1_000)).toBe(true);
    expect(mayWrite('a', stopped, running, 31_000)).toBe(true);
  });

  it('comes along with any other news at any time', () => {
    const mayWrite = createClockPace();
    mayWrite('a', running, stopped, 0);
    expect(mayWrite('a', stopped, { ...running, phase: 'Diagnosing' }, 1)).toBe(true);
    expect(mayWrite('a', running, { ...running, reason: 'Other' }, 1)).toBe(true);
  });
});
