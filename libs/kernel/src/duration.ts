import { PermanentError } from './errors.ts';

/** A span of time in milliseconds. */
export type Duration = number;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SHAPE = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

export const milliseconds = (n: number): Duration => n;
export const seconds = (n: number): Duration => n * UNITS.s;
export const minutes = (n: number): Duration => n * UNITS.m;
export const hours = (n: number): Duration => n * UNITS.h;
export const days = (n: number): Duration => n * UNITS.d;

/**
 * Reads `5m`, `1h30m`, `14d`, `250ms`: whole numbers, units from large to small, as in our CRDs and config.
 * @throws PermanentError `BadDuration` naming the text and the accepted form.
 */
export function parseDuration(text: string): Duration {
  const match = SHAPE.exec(text);
  if (!match || text === '') {
    throw new PermanentError('BadDuration', `"${text}" is not a duration; write whole numbers with units d, h, m, s or ms, for example 5m or 1h30m`);
  }
  const [, d, h, m, s, ms] = match;
  return days(Number(d ?? 0)) + hours(Number(h ?? 0)) + minutes(Number(m ?? 0)) + seconds(Number(s ?? 0)) + Number(ms ?? 0);
}

/** The shortest text that {@link parseDuration} reads back to the same value; `0s` for zero. */
export function renderDuration(span: Duration): string {
  if (span <= 0) return '0s';
  let rest = Math.round(span);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNITS[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * UNITS[unit];
  }
  return text;
}
