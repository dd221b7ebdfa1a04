import { readQuantity } from '@fleetmend/kernel';
import { canonicalQuantity } from '../api/canonical-quantity.ts';
import { at, isObject, type Json, listAt } from '../api/json.ts';

/** Amounts of resources by name. `binary` remembers the family of units, for showing them. */
export type Amounts = ReadonlyMap<string, Amount>;

export interface Amount {
  readonly nano: bigint;
  readonly binary: boolean;
}

export function amount(text: unknown): Amount {
  const value = String(text ?? '0');
  return { nano: readQuantity(value) ?? 0n, binary: value.endsWith('i') };
}

export function amountsOf(list: unknown): Amounts {
  return new Map(Object.entries(isObject(list) ? list : {}).map(([name, value]) => [name, amount(value)]));
}

export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const sum = new Map(a);
  for (const [name, value] of b) {
    const known = sum.get(name);
    sum.set(name, known && known.nano !== 0n ? { nano: known.nano + value.nano, binary: known.binary } : value);
  }
  return sum;
}

export function maxAmounts(a: Amounts, b: Amounts): Amounts {
  const most = new Map(a);
  for (const [name, value] of b) {
    const known = most.get(name);
    if (!known || value.nano > known.nano) most.set(name, value);
  }
  return most;
}

const NANO = 1_000_000_000n;

/** As the API shows it: `704Mi`, `1500m`, `3`. */
export function renderAmount({ nano, binary }: Amount): string {
  if (nano % NANO === 0n) return canonicalQuantity(binary && nano % (1024n * NANO) === 0n ? `${nano / NANO / 1024n}Ki` : `${nano / NANO}`);
  return canonicalQuantity(`${nano}n`);
}

/** What a pod's containers state together; init containers count where one of them needs more, sidecars always. */
export function podAmounts(spec: Json, kind: 'requests' | 'limits'): Amounts {
  const stated = (container: Json) => amountsOf(at(container, 'resources', kind));
  let total: Amounts = new Map();
  for (const container of listAt(spec, 'containers')) total = addAmounts(total, stated(container));
  let sidecars: Amounts = new Map();
  let inits: Amounts = new Map();
  for (const container of listAt(spec, 'initContainers')) {
    if (container['restartPolicy'] === 'Always') {
      total = addAmounts(total, stated(container));
      sidecars = addAmounts(sidecars, stated(container));
      inits = maxAmounts(inits, sidecars);
    } else inits = maxAmounts(inits, addAmounts(stated(container), sidecars));
  }
  const result = maxAmounts(total, inits);
  const podLevel = amountsOf(at(spec, 'resources', kind));
  return podLevel.size === 0 ? result : new Map([...result, ...podLevel]);
}
