import { minutes, type Instant } from '@fleetmend/kernel';
import type { FreezeWindow } from '@fleetmend/model';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const STEP = minutes(1);
/** A window of more than a week without a gap has no end worth naming. */
const HORIZON = 8 * 24 * 60;

/**
 * When the window that is in force at `now` ends; undefined when it is not in force.
 * Local times are those of the window's time zone, also across a change to or from summer time.
 */
export function frozenUntil(window: FreezeWindow, now: Instant): Instant | undefined {
  if (isEndless(window)) return now + HORIZON * STEP;
  const read = localReader(window.timeZone ?? 'UTC');
  if (!covers(window, read(now))) return undefined;
  let at = now - (now % STEP);
  for (let step = 0; step < HORIZON; step += 1) {
    at += STEP;
    if (!covers(window, read(at))) return at;
  }
  return at;
}

/** Neither days nor times: in force until somebody takes it away. Policies are read before every write, so this one has to be quick. */
function isEndless({ weekdays = [], times = [] }: FreezeWindow): boolean {
  return weekdays.length === 0 && times.length === 0;
}

interface LocalTime {
  readonly day: (typeof DAYS)[number];
  readonly minute: number;
}

function covers({ weekdays, times }: FreezeWindow, { day, minute }: LocalTime): boolean {
  if (weekdays !== undefined && weekdays.length > 0 && !weekdays.includes(day)) return false;
  if (times === undefined || times.length === 0) return true;
  return times.some(({ start, end }) => minute >= minuteOf(start) && minute < minuteOf(end));
}

function minuteOf(time: string): number {
  const [hours, rest] = time.split(':');
  return Number(hours) * 60 + Number(rest);
}

function localReader(timeZone: string): (at: Instant) => LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
    const day = DAYS.find((name) => name === parts['weekday']?.toLowerCase()) ?? 'sunday';
    return { day, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
  };
}
