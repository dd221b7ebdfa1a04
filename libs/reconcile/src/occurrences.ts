import { renderTime } from '@fleetmend/kernel';
import type { View } from '@fleetmend/lifecycle';
import { fingerprintOfRequest } from '@fleetmend/model';
import type { OpenSet } from '@fleetmend/ports';
import type { Facts } from '@fleetmend/stages';

/** Counts are written on a logarithmic scale (1, 2, 5, 10, 20, 50 …): a busy failure may not keep the API server busy. */
export function occurrencesOf(view: View, openSet: OpenSet): Facts {
  const { spec } = view.request;
  const entries = spec.clusters.flatMap((cluster) => openSet.find(cluster, fingerprintOfRequest(spec, cluster)) ?? []);
  const [first] = entries;
  if (first === undefined) return {};
  const known = view.request.status.occurrences;
  const count = stepDown(entries.reduce((sum, entry) => sum + entry.count, 0));
  if (known !== undefined && count <= known.count) return {};
  const pods = [...new Set([...(known?.samples ?? []), ...entries.flatMap((entry) => entry.finding.observation.pod ?? [])])];
  const firstSeen = Math.min(...entries.map((entry) => entry.firstSeen));
  return { occurrences: { count, firstSeen: known?.firstSeen ?? renderTime(firstSeen), lastSeen: renderTime(Math.max(...entries.map((entry) => entry.at))), samples: pods.slice(-5) } };
}

/** The largest of 1, 2, 5, 10, 20, 50 … that is not above `count`. */
export function stepDown(count: number): number {
  let step = 1;
  for (let decade = 1; decade <= count; decade *= 10) for (const factor of [1, 2, 5]) if (decade * factor <= count) step = decade * factor;
  return step;
}
