import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { PermanentError } from '@fleetmend/kernel';

/** Every folder with a `scenario.yaml` below the given ones, sorted; nothing is looked for inside a scenario. */
export function findScenarios(roots: readonly string[], only: readonly string[] = []): readonly string[] {
  const found = [...new Set(roots.flatMap((root) => scenariosBelow(resolve(root))))].sort();
  if (found.length === 0) throw new PermanentError('NoScenarios', `there is no scenario.yaml below ${roots.join(', ')}: name a folder with --scenarios`);
  const chosen = only.length === 0 ? found : [...new Set(only.flatMap((name) => named(found, name)))].sort();
  if (chosen.length === 0) throw new PermanentError('NoScenarios', `no scenario is called ${only.join(' or ')}: there are ${found.map((dir) => basename(dir)).slice(0, 20).join(', ')}${found.length > 20 ? ' …' : ''}`);
  return chosen;
}

/** The scenario of that name; without one, all whose path holds it: `--only quota` plays all that have it in their name. */
function named(found: readonly string[], name: string): readonly string[] {
  const exact = found.filter((dir) => basename(dir) === name);
  return exact.length > 0 ? exact : found.filter((dir) => dir.split('/').slice(-3).join('/').includes(name));
}

function scenariosBelow(dir: string): readonly string[] {
  if (!existsSync(dir)) throw new PermanentError('NoScenarios', `there is no folder ${dir}`);
  if (existsSync(join(dir, 'scenario.yaml'))) return [dir];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .flatMap(({ name }) => scenariosBelow(join(dir, name)));
}
