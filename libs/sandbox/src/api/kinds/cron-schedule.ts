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
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Range {
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const RANGES: readonly Range[] = [{ from: 0, to: 59 }, { from: 0, to: 23 }, { from: 1, to: 31 }, { from: 1, to: 12, names: MONTHS }, { from: 0, to: 6, names: WEEKDAYS }];
const NONE: ReadonlySet<number> = new Set();

/** A schedule, or why it is none. Source of syntax and words: the `robfig/cron` parser that CronJobs use. */
export function readSchedule(text: string): Schedule | { readonly problem: string } {
  const fields = (MACROS[text.trim()] ?? text.trim()).split(/\s+/);
  if (text.trim().startsWith('@') && fields.length !== 5) return { problem: `unrecognized descriptor: ${text.trim()}` };
  if (fields.length !== 5) return { problem: `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]` };
  const read: ReadonlySet<number>[] = [];
  for (const [index, range] of RANGES.entries()) {
    const values = readField(fields[index] ?? '', range);
    if (typeof values === 'string') return { problem: values };
    read.push(values);
  }
  const [minutes = NONE, hours = NONE, days = NONE, months = NONE, weekdays = NONE] = read;
  const [, , day = '', , weekday = ''] = fields;
  return { minutes, hours, days, months, weekdays, eitherDay: !/^[*?]/.test(day) && !/^[*?]/.test(weekday) };
}

/** The values of one field, or what is wrong with it. */
function readField(text: string, range: Range): ReadonlySet<number> | string {
  const values = new Set<number>();
  for (const part of text.split(',').filter(Boolean)) {
    const found = readPart(part, range);
    if (typeof found === 'string') return found;
    for (let value = found.first; value <= found.last; value += found.step) values.add(value);
  }
  return values;
}

function readPart(part: string, range: Range): { readonly first: number; readonly last: number; readonly step: number } | string {
  const [span = '', stepText, ...more] = part.split('/');
  const [low = '', high, ...beyond] = span.split('-');
  if (beyond.length > 0) return `too many hyphens: ${part}`;
  if (more.length > 0) return `too many slashes: ${part}`;
  const isAny = low === '*' || low === '?';
  const first = isAny ? range.from : readValue(low, range);
  const end = isAny ? range.to : high === undefined ? first : readValue(high, range);
  const step = stepText === undefined ? 1 : readValue(stepText, { from: 0, to: 0 });
  for (const value of [first, end, step]) if (typeof value === 'string') return value;
  if (typeof first === 'string' || typeof end === 'string' || typeof step === 'string') return part;
  // `N/step` goes on to the end of the field.
  const last = high === undefined && stepText !== undefined ? range.to : end;
  if (first < range.from) return `beginning of range (${first}) below minimum (${range.from}): ${part}`;
  if (last > range.to) return `end of range (${last}) above maximum (${range.to}): ${part}`;
  if (first > last) return `beginning of range (${first}) beyond end of range (${last}): ${part}`;
  return step === 0 ? `step of range should be a positive number: ${part}` : { first, last, step };
}

function readValue(text: string, { from, names }: Range): number | string {
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  if (index >= 0) return index + from;
  return /^\d+$/.test(text) ? Number(text) : `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}

/** True where the runtime knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
