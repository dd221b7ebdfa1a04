import { readQuantity } from '@fleetmend/kernel';

const SHAPE = /^[+-]?(?:\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;
const LOOKS_LIKE_ONE = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const NANO = 1_000_000_000n;

/** Why a text is no quantity, in the real server's words; `undefined` if it is one. */
export function quantityError(text: string): string | undefined {
  if (SHAPE.test(text)) return undefined;
  return LOOKS_LIKE_ONE.test(text) ? "unable to parse quantity's suffix" : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
}

/**
 * The form in which the API stores and shows a quantity: the largest unit of the same family without a fraction, so
 * `1024Mi` is `1Gi`, `0.5` is `500m`, `1000m` is `1`. (Rules: the `resource.Quantity` type of apimachinery.)
 */
export function canonicalQuantity(value: string | number): string {
  const text = String(value).trim();
  const nano = readQuantity(text);
  if (nano === undefined || nano === 0n) return nano === 0n ? '0' : text;
  const negative = nano < 0n;
  const size = negative ? -nano : nano;
  const suffix = SHAPE.exec(text)?.[1] ?? '';
  const sign = negative ? '-' : '';
  if (suffix.endsWith('i') && size >= 1024n * NANO) return sign + scaled((size + NANO - 1n) / NANO, 1024n, BINARY);
  if (/^[eE]/.test(suffix)) return sign + exponential(size);
  return sign + scaled(size, 1000n, DECIMAL);
}

function scaled(amount: bigint, step: bigint, units: readonly string[]): string {
  let rest = amount;
  let unit = 0;
  while (unit < units.length - 1 && rest % step === 0n) {
    rest /= step;
    unit += 1;
  }
  return `${rest}${units[unit]}`;
}

function exponential(size: bigint): string {
  let rest = size;
  let exponent = -9;
  while (rest % 1000n === 0n) {
    rest /= 1000n;
    exponent += 3;
  }
  return exponent === 0 ? rest.toString() : `${rest}e${exponent}`;
}
