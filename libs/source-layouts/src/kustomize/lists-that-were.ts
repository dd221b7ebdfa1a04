import { canonicalJson } from '@fleetmend/kernel';
import { readValues, valueAt } from '@fleetmend/manifest';
import type { JsonValue } from '@fleetmend/model';
import { type Candidate, inLayer } from './candidate.ts';
import type { Wanted } from './field.ts';

/** What a kustomization is put together from: to bring one of them in, or in another order, is a change of everything that they say. */
const LISTS = ['components', 'patches', 'patchesStrategicMerge', 'patchesJson6902'] as const;
const MOST = 6;

/**
 * Those lists of a kustomization, or of the engine's object, as they were at the last commit that had another one. Where putting one back does
 * just what is wanted, the field is not covered with one more patch.
 */
export async function listsThatWere({ build, earlier }: Wanted): Promise<readonly Candidate[]> {
  const before = (await earlier?.()) ?? [];
  const found: Candidate[] = [];
  for (const layer of build.layers) {
    if (layer.write !== undefined || layer.closed !== undefined) continue;
    for (const list of LISTS) {
      for (const tree of before) {
        const text = await tree.read(layer.file);
        const document = text === undefined ? undefined : readValues(text)?.[layer.document];
        if (document === undefined) continue;
        const was = valueAt(document, [...layer.at, list]) as JsonValue | undefined;
        if (canonicalJson(was ?? null) === canonicalJson((layer.value[list] ?? null) as JsonValue)) continue;
        found.push(inLayer(`${list} in ${layer.file}, as they were`, layer, { path: [list], value: was }));
        break;
      }
    }
  }
  return found.slice(0, MOST);
}
