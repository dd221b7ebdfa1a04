// `npm run lint`: types, rules, import rules. Arguments are handed to oxlint (`--fix`, a path).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root, runCommand } from './run-command.ts';

const steps: readonly { readonly what: string; readonly run: () => Promise<number> }[] = [
  { what: 'types', run: () => runCommand(bin('tsc'), ['-p', 'tsconfig.json']) },
  { what: 'types of the hub', run: () => runCommand(bin('tsc'), ['-p', 'apps/hub/tsconfig.json']) },
  { what: 'types of the dashboard', run: () => runCommand(bin('tsc'), ['-p', 'apps/dashboard/tsconfig.json']) },
  // The import rules read Nx's project graph from its cache, so it is made first.
  { what: 'project graph', run: () => runCommand(process.execPath, [bin('nx'), 'show', 'projects', '--json'], { NX_DAEMON: 'false', NX_NO_CLOUD: 'true' }) },
  { what: 'rules and imports', run: lintImports },
];

async function lintImports(): Promise<number> {
  const graph = join(root, '.nx', 'workspace-data', 'project-graph.json');
  const { nodes } = JSON.parse(readFileSync(graph, 'utf8')) as { nodes: Record<string, unknown> };
  if (!('@fleetmend/kernel' in nodes)) {
    process.stderr.write(`lint: ${graph} does not hold our projects, so the import rules would check nothing: remove .nx/ and run again\n`);
    return 1;
  }
  return runCommand(process.execPath, [bin('oxlint'), '--deny-warnings', ...process.argv.slice(2)]);
}

for (const { what, run } of steps) {
  const status = await run();
  if (status !== 0) {
    process.stderr.write(`lint: ${what} failed\n`);
    process.exit(status);
  }
}
