import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHubMetrics } from '@fleetmend/telemetry';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { dashboardQueries, metricsIn, readDashboard, readRules, ROOT } from './published-queries.ts';

/** Every metric that a hub can show, each with its labels, after one of everything has happened. */
async function served(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const metrics = createHubMetrics({ clock: new VirtualClock() });
  metrics.moved({ cluster: 'prod-1', class: 'OOMKilled', from: 'Verifying', to: 'Succeeded', spent: 1, sinceFirstSeen: 1 });
  metrics.event('accepted');
  metrics.dropped(1);
  metrics.heard('prod-1', 1);
  metrics.verdict({ rule: 'D01', result: 'Deny' });
  metrics.reverted();
  metrics.remembered('Fingerprint');
  metrics.modelAsked({ provider: 'openai', name: 'm', inputTokens: 1, outputTokens: 1, costUSD: 1 });
  metrics.pullRequests({ Open: 1 });
  metrics.rolloutStages([{ rollout: 'r', wave: 'w', stage: 1 }]);
  const found = new Map<string, Set<string>>();
  for (const line of (await metrics.render()).text.split('\n')) {
    const [, name, labels = ''] = /^([a-z][a-z0-9_]*)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name !== undefined) found.set(name, new Set([...(found.get(name) ?? []), ...[...labels.matchAll(/([a-z_]+)="/g)].map(([, label = '']) => label)]));
  }
  for (const rule of readRules()) if ('record' in rule) found.set(rule.record, new Set(/by \(([^)]*)\)/.exec(rule.expr)?.[1]?.split(', ') ?? []));
  return found;
}

/** Label names that a query filters by, with the metric that they stand at. */
const filtersIn = (expr: string) => [...expr.matchAll(/(fleetmend_[a-z0-9_]+)\{([^}]*)\}/g)].map(([, metric = '', filter = '']) => ({ metric, labels: [...filter.matchAll(/([a-z_]+)(?==|!)/g)].map(([, label = '']) => label) }));

const queries = [...dashboardQueries().map(({ panel, expr }) => [panel, expr] as const), ...readRules().map((rule) => ['record' in rule ? rule.record : rule.alert, rule.expr] as const)];

describe('what the dashboard and the rules ask for', () => {
  it.each(queries)('is something that a hub serves: %s', async (_name, expr) => {
    const names = await served();
    expect(metricsIn(expr).length).toBeGreaterThan(0);
    for (const name of metricsIn(expr)) expect([...names.keys()], name).toContain(name);
    for (const { metric, labels } of filtersIn(expr)) for (const label of labels) expect([...(names.get(metric) ?? [])], `${metric}{${label}}`).toContain(label);
  });

  it('covers every metric of ours: none is counted for nobody', async () => {
    const asked = new Set(dashboardQueries().flatMap(({ expr }) => metricsIn(expr)));
    const names = [...(await served()).keys()].filter((name) => name.startsWith('fleetmend_') && !/_(?:bucket|sum|count)$/.test(name));
    expect(names.filter((name) => !asked.has(name))).toEqual([]);
    for (const histogram of ['fleetmend_time_to_repair_seconds', 'fleetmend_request_phase_seconds']) expect([...asked].some((name) => name.startsWith(histogram)), histogram).toBe(true);
  });

  it('leaves no variable of Grafana in a query but those that the dashboard defines', () => {
    const defined = readDashboard().templating.list.map(({ name }) => name);
    expect(defined).toEqual(['datasource', 'cluster']);
    for (const { expr } of dashboardQueries()) expect(expr).not.toContain('$');
  });
});

describe('the dashboard', () => {
  it('has panels of distinct ids that do not lie over each other', () => {
    const { panels } = readDashboard();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`));
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos }) => gridPos.x + gridPos.w))).toBeLessThanOrEqual(24);
  });
});

describe('an alert', () => {
  const alerts = readRules().flatMap((rule) => ('alert' in rule ? [rule] : []));
  const guide = readFileSync(join(ROOT, 'docs/guides/alerts.md'), 'utf8');

  it.each(alerts.map((rule) => [rule.alert, rule] as const))('says what to do: %s', (name, rule) => {
    expect(rule.annotations.runbook_url).toBe(`docs/guides/alerts.md#${name.toLowerCase()}`);
    expect(guide).toContain(`\n## ${name}\n`);
  });

  it('is told of in the guide only if there is one', () => {
    expect([...guide.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(alerts.map(({ alert }) => alert));
  });

  it('has its metric told in the guide', async () => {
    for (const name of [...(await served()).keys()].filter((one) => /^fleetmend_/.test(one) && !/_(?:bucket|sum|count)$/.test(one))) expect(guide, name).toContain(name);
  });
});
