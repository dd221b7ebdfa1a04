import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const HEADINGS = ['## What', '## Permissions', '## Config', '## Limits'];

/**
 * Holds a plugin lib to its form: every folder is listed in `index.ts`, `kind` is the folder's name, and the folder has its
 * definition, its spec and a readme with the four headings.
 */
export function pluginFolderConformance({ dir, plugins }: { readonly dir: string; readonly plugins: readonly { readonly kind: string }[] }): void {
  const folders = readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

  it('lists every plugin folder, and nothing else', () => {
    const listed = plugins.map((plugin) => plugin.kind);
    for (const folder of folders) expect(listed, `folder ${folder}/ has no line in index.ts: import its definition there and add it to the list`).toContain(folder);
    for (const kind of listed) expect(folders, `index.ts lists ${kind}, but there is no folder ${kind}/`).toContain(kind);
  });

  it.each(folders)('%s has a definition, a spec and a readme with the four headings', (folder) => {
    for (const file of [`${folder}.ts`, `${folder}.spec.ts`, 'readme.md']) expect(existsSync(join(dir, folder, file)), `${folder}/${file} is missing`).toBe(true);
    const readme = readFileSync(join(dir, folder, 'readme.md'), 'utf8');
    for (const heading of HEADINGS) expect(readme, `${folder}/readme.md has no heading "${heading}"`).toContain(heading);
  });
}
