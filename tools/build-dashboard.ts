// Builds the dashboard into a folder below the root: `node tools/build-dashboard.ts FOLDER`. A process of its own, as with the bundles.
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './run-command.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node tools/build-dashboard.ts FOLDER');
await build({
  configFile: false,
  root: join(root, 'apps/dashboard'),
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // The page's policy allows files and nothing inline.
  build: { outDir: join(root, folder), emptyOutDir: true, assetsInlineLimit: 0, modulePreload: false, target: 'es2023' },
});
