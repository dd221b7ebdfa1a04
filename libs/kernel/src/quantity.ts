import { PermanentError } from './errors.ts';

/**
 * A Kubernetes quantity as an exact whole number of nano-units (`100m` = 100_000_000n, `1` = 1_000_000_000n).
 * Source of the format: the `resource.Quantity` serialisation rules of the Kubernetes API.
 */
export type NanoUnits = bigint;

const NANO = 1_000_000_000n;
const BINARY: Record<string, bigint> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]))?$/;

/** The value in nano-units, rounded up to a whole one; `undefined` for a text that is not a quantity. */
export function readQuantity(text: string | number | undefined | null): NanoUnits | undefined {
  if (text === undefined || text === null) return undefined;
  const match = SHAPE.exec(String(text).trim());
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const scale = BINARY[suffix];
  const power = scale === undefined ? (exponent ? Number(exponent.slice(1)) : (DECIMAL[suffix] ?? 0)) : 0;
  if (Math.abs(power) > 30) return undefined;
  const tens = power + 9 - fraction.length;
  const scaled = digits * (scale ?? 1n);
  const value = tens >= 0 ? scaled * 10n ** BigInt(tens) : divideUp(scaled, 10n ** BigInt(-tens));
  return sign === '-' ? -value : value;
}

/**
 * Like {@link readQuantity}, for a value that has to be one.
 * @throws PermanentError `BadQuantity`.
 */
export function parseQuantity(text: string | number): NanoUnits {
  const value = readQuantity(text);
  if (value === undefined) throw new PermanentError('BadQuantity', `"${text}" is not a Kubernetes quantity; write for example 128Mi, 1.5Gi, 250m or 2`);
  return value;
}

/** Whole bytes (or whole units), rounded up. */
export function wholeUnits(value: NanoUnits): bigint {
  return divideUp(value, NANO);
}

/** Bytes as the largest binary unit that divides them: 134217728n → `128Mi`; plain digits where none does. */
export function renderBytes(bytes: bigint): string {
  for (const unit of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
    const size = BINARY[unit] ?? 1n;
    if (bytes !== 0n && bytes % size === 0n) return `${bytes / size}${unit}`;
  }
  return bytes.toString();
}

/** CPU in the usual form: whole cores as `2`, everything else in millicores, rounded up. */
export function renderCpu(value: NanoUnits): string {
  return value % NANO === 0n ? (value / NANO).toString() : `${divideUp(value, 1_000_000n)}m`;
}

/** Negative, zero or positive, as for `sort`; unreadable quantities compare as zero. */
export function compareQuantities(a: string | number, b: string | number): number {
  const left = readQuantity(a) ?? 0n;
  const right = readQuantity(b) ?? 0n;
  return left < right ? -1 : left > right ? 1 : 0;
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor > 0n ? quotient + 1n : quotient;
}
