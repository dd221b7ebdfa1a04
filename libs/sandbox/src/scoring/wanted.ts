import { readQuantity } from '@fleetmend/kernel';
import { isMap, sameValue } from './field-path.ts';

/** Whether a value is the wanted one. `undefined` stands for a field that is not there. The type counts: `"1"` is not `1`. */
export function isWanted(value: unknown, to: unknown): boolean {
  if (!isMap(to)) return sameValue(value, to);
  if ('atLeast' in to || 'atMost' in to) return isWithin(value, to);
  if ('oneOf' in to) return Array.isArray(to['oneOf']) && to['oneOf'].some((one) => sameValue(value, one));
  if ('absent' in to) return value === undefined || value === null;
  if ('present' in to) return value !== undefined && value !== null;
  if ('equals' in to) return sameValue(value, to['equals']);
  if ('hasItem' in to) return Array.isArray(value) && value.some((item) => sameValue(item, to['hasItem']));
  if ('lacksKey' in to) return isMap(value) && !Object.hasOwn(value, String(to['lacksKey']));
  return false;
}

function isWithin(value: unknown, { atLeast, atMost }: Readonly<Record<string, unknown>>): boolean {
  const amount = quantityOf(value);
  const [low, high] = [quantityOf(atLeast), quantityOf(atMost)];
  if (amount === undefined) return false;
  return (low === undefined || amount >= low) && (high === undefined || amount <= high);
}

function quantityOf(value: unknown): bigint | undefined {
  return typeof value === 'string' || typeof value === 'number' ? readQuantity(value) : undefined;
}
