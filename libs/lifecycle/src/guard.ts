import type { View } from './view.ts';

/** A named question about a view. The name is a phrase that fits into a row: `recovered`, `verdict is old`. */
export interface Guard {
  readonly name: string;
  (view: View): boolean;
}

export function guard(name: string, holds: (view: View) => boolean): Guard {
  const named = (view: View) => holds(view);
  return Object.defineProperty(named, 'name', { value: name });
}

export const always = guard('always', () => true);

export function not(inner: Guard): Guard {
  return guard(`not ${inner.name}`, (view) => !inner(view));
}

export function both(...inner: readonly Guard[]): Guard {
  return guard(inner.map((one) => one.name).join(' and '), (view) => inner.every((one) => one(view)));
}

export function either(...inner: readonly Guard[]): Guard {
  return guard(inner.map((one) => one.name).join(' or '), (view) => inner.some((one) => one(view)));
}
