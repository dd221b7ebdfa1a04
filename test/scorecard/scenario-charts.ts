import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@fleetmend/kernel';
import type { Charts } from '@fleetmend/ports';
import { findProgram, openCharts } from '@fleetmend/render';
import type { Scenario } from '@fleetmend/sandbox';

/** The chart repositories of a scenario: what a web server would give out for each address. */
export interface ScenarioCharts {
  /** A reader of them with its archives below a folder: the fleet's reads all, the hub's what its config would allow. */
  open(world: { readonly dir: string; readonly clock: Clock; readonly by: 'fleet' | 'hub' }): Charts;
}

/** Packs the charts of a scenario with the real helm and makes the index of each repository; undefined: it has none. */
export function scenarioCharts({ charts, dir }: Pick<Scenario, 'charts' | 'dir'>, path: string): ScenarioCharts | undefined {
  if (charts.length === 0) return undefined;
  const helm = findProgram('helm', path);
  const files = new Map<string, Buffer>();
  const repositories = [...Map.groupBy(charts, ({ repository }) => repository)];
  for (const [repository, packed] of repositories) {
    const folder = mkdtempSync(join(tmpdir(), 'fleetmend-charts-'));
    try {
      const run = (...args: readonly string[]) => execFileSync(helm, [...args], { env: { HOME: folder }, stdio: ['ignore', 'ignore', 'pipe'] });
      for (const chart of packed) run('package', join(dir, chart.dir), '--destination', folder);
      run('repo', 'index', folder);
      for (const file of readdirSync(folder).filter((name) => /\.tgz$|^index\.yaml$/.test(name))) files.set(`${repository}/${file}`, readFileSync(join(folder, file)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const serve = (async (url: string | URL | Request) => {
    const bytes = files.get(String(url));
    return bytes ? new Response(new Uint8Array(bytes)) : new Response(null, { status: 404 });
  }) as typeof fetch;
  const open: ScenarioCharts['open'] = ({ dir: store, clock, by }) =>
    openCharts({ repositories: charts.filter(({ allowed }) => allowed || by === 'fleet').map(({ repository }) => ({ url: repository })), dir: store, clock, fetch: serve });
  return { open };
}
