import type { Instant } from '@fleetmend/kernel';
import { WEEKDAYS } from '../../api/kinds/cron-schedule.ts';
import type { Schedule } from '../../api/kinds/cron-schedule.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** The first time after `after` that the schedule names, on the clock of `zone`; `undefined` where there is none within five years. */
export function nextTime(schedule: Schedule, after: Instant, zone = 'UTC'): Instant | undefined {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', month: 'numeric', day: 'numeric', weekday: 'short', hour: 'numeric', minute: 'numeric' });
  let at = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  const end = after + 5 * 366 * 24 * HOUR;
  while (at < end) {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const minute = Number(parts['minute']);
    const hour = Number(parts['hour']);
    // To the last hour of the day and no further: a day may be an hour longer or shorter than the others.
    if (!isDay(schedule, parts) && hour < 23) at += (23 - hour) * HOUR - minute * MINUTE;
    else if (!isDay(schedule, parts)) at += (60 - minute) * MINUTE;
    else if (!schedule.hours.has(hour)) at += (60 - minute) * MINUTE;
    else if (!schedule.minutes.has(minute)) at += MINUTE;
    else return at;
  }
  return undefined;
}

function isDay({ months, days, weekdays, eitherDay }: Schedule, parts: Readonly<Record<string, string>>): boolean {
  if (!months.has(Number(parts['month']))) return false;
  const day = days.has(Number(parts['day']));
  const weekday = weekdays.has(WEEKDAYS.indexOf((parts['weekday'] ?? '').toLowerCase()));
  return eitherDay ? day || weekday : day && weekday;
}
