import type { Tree } from '@fleetmend/ports';
import { isMap, mergeValues, readValuesText, type Values } from './helm-release.ts';
import { folderOf } from './manifest-folder.ts';

/** Helm allows no chart to be nested without end, and neither do we. */
const DEEPEST = 6;

/**
 * What the charts inside a chart have as their defaults, under the names that the chart has for them: an umbrella chart says little itself.
 * Source: Helm's documentation, "Charts", on dependencies and their `alias`.
 */
export async function dependencyDefaults(tree: Tree, chart: string, depth = 0): Promise<Values> {
  const inside = `${chart}/charts/`;
  const folders = (await tree.list(`${chart}/charts`)).filter((path) => path.endsWith('/Chart.yaml') && path.slice(inside.length).split('/').length === 2).map(folderOf);
  if (folders.length === 0 || depth > DEEPEST) return {};
  const { dependencies } = await valuesIn(tree, `${chart}/Chart.yaml`);
  const wanted = Array.isArray(dependencies) ? dependencies.filter(isMap) : [];
  let defaults: Values = {};
  for (const folder of folders) {
    const { name } = await valuesIn(tree, `${folder}/Chart.yaml`);
    const own = mergeValues(await dependencyDefaults(tree, folder, depth + 1), await valuesIn(tree, `${folder}/values.yaml`));
    const called = wanted.filter((one) => one['name'] === name).map((one) => one['alias'] ?? name);
    for (const key of called.length > 0 ? called : [name]) if (typeof key === 'string') defaults = mergeValues(defaults, { [key]: own });
  }
  return defaults;
}

async function valuesIn(tree: Tree, path: string): Promise<Values> {
  const text = await tree.read(path);
  return text === undefined ? {} : readValuesText(text, path);
}
