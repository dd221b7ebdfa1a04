import { readValues, valueAt } from '@fleetmend/manifest';
import type { KubeObject } from '@fleetmend/model';
import type { OptionsPlace } from '../engine-options.ts';
import { type Candidate, inFile, inLayer } from './candidate.ts';
import type { Wanted } from './field.ts';
import { piecesOf } from './variables.ts';

/** Where a variable is said that Flux fills into the field: the field's own file says no more than its name. */
export async function variableEntries(wanted: Wanted, plain: KubeObject | undefined): Promise<readonly Candidate[]> {
  const { path, value, build } = wanted;
  const variables = build.added?.variables;
  const text = valueAt(plain, path);
  if (variables === undefined || typeof text !== 'string' || value === undefined || value === null || typeof value === 'object') return [];
  const pieces = piecesOf(text, variables) ?? [];
  const found: Candidate[] = [];
  for (const [index, { name }] of pieces.entries()) {
    if (name === undefined || pieces.filter((piece) => piece.name === name).length > 1) continue;
    const [before, after] = [pieces.slice(0, index), pieces.slice(index + 1)].map((some) => some.map((piece) => piece.text).join('')) as [string, string];
    const whole = String(value);
    if (!whole.startsWith(before) || !whole.endsWith(after) || whole.length <= before.length + after.length) continue;
    const next = whole.slice(before.length, whole.length - after.length);
    found.push(...(await placesFor(wanted, name)).map((place) => inPlace(place, name, next)));
  }
  return found;
}

/** The place that has the last word on the variable; where none says it, those that did earlier, and then all others. */
async function placesFor({ build, earlier }: Wanted, name: string): Promise<readonly OptionsPlace[]> {
  const places = build.added?.variables?.places ?? [];
  const saying = places.find(({ value }) => Object.hasOwn(value, name));
  if (saying !== undefined) return [saying];
  const before = (await earlier?.()) ?? [];
  const said = await Promise.all(places.map(async ({ file, document, at }) => {
    const texts = await Promise.all(before.map((tree) => tree.read(file)));
    return texts.some((text) => text !== undefined && valueAt(readValues(text)?.[document], [...at, name]) !== undefined);
  }));
  return [...places.filter((_, index) => said[index]), ...places.filter((_, index) => !said[index])];
}

function inPlace({ file, text, document, at, closed }: OptionsPlace, name: string, value: string): Candidate {
  const what = `variable ${name} in ${file}`;
  return closed === undefined ? inFile(what, { file, text, document, path: [...at, name], value }) : inLayer(what, { file, text, document, at, closed }, { path: [name], value });
}
