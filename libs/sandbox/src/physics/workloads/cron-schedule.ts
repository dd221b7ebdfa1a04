import type { Instant } from '@fleetmend/kernel';

/** The five fields of a schedule, as the values that each allows. */
export interface Schedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Both day fields are restricted: then either may match. */
  readonly eitherDay: boolean;
}

const MACROS: Readonly<Record<string, string>> = { '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *' };
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** `undefined` for what is not a schedule. Source of the syntax: the `robfig/cron` parser that CronJobs use. */
export function parseSchedule(text: string): Schedule | undefined {
  const fields = (MACROS[text.trim()] ?? text.trim()).split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const minutes = parseField(minute, { from: 0, to: 59 });
  const hours = parseField(hour, { from: 0, to: 23 });
  const days = parseField(day, { from: 1, to: 31 });
  const months = parseField(month, { from: 1, to: 12, names: MONTHS });
  const weekdays = parseField(weekday, { from: 0, to: 6, names: WEEKDAYS });
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return { minutes, hours, days, months, weekdays, eitherDay: !/^[*?]/.test(day) && !/^[*?]/.test(weekday) };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

function parseField(text: string, range: Range): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^([*?]|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part);
    if (!match) return undefined;
    const [, start = '', end, step] = match;
    const isAny = start === '*' || start === '?';
    const first = isAny ? range.from : readValue(start, range);
    const last = end === undefined ? (isAny || step !== undefined ? range.to : first) : readValue(end, range);
    const by = step === undefined ? 1 : Number(step);
    if (first === undefined || last === undefined || first < range.from || last > range.to || first > last || by < 1) return undefined;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
}

function readValue(text: string, { from, names }: Range): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  return index < 0 ? undefined : index + from;
}

/** True where the runtime knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

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
