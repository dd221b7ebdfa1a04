import { readQuantity, wholeUnits } from '@fleetmend/kernel';
import type { Container, Pod } from '../shapes/pod.ts';

/** In bytes; `undefined`: without a limit. */
export function memoryLimitOf({ resources }: Container): bigint | undefined {
  const limit = readQuantity(resources?.limits?.['memory']);
  return limit === undefined ? undefined : wholeUnits(limit);
}

/**
 * `Guaranteed`: every container limits cpu and memory and requests exactly that. `BestEffort`: none asks for anything. Else `Burstable`.
 */
export function qosClass(pod: Pod): string {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const asksNothing = containers.every(({ resources }) => Object.keys(resources?.requests ?? {}).length === 0 && Object.keys(resources?.limits ?? {}).length === 0);
  if (asksNothing) return 'BestEffort';
  const isGuaranteed = containers.every(({ resources }) =>
    ['cpu', 'memory'].every((name) => {
      const limit = readQuantity(resources?.limits?.[name]);
      return limit !== undefined && limit > 0n && limit === (readQuantity(resources?.requests?.[name]) ?? limit);
    }),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
