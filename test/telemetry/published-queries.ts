import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

export const ROOT = resolve(import.meta.dirname, '..', '..');
export const RULES_FILE = join(ROOT, 'charts/fleetmend-hub/rules/fleetmend.rules.yaml');
export const DASHBOARD_FILE = join(ROOT, 'charts/fleetmend-hub/dashboards/fleetmend.json');

const Rule = z.union([
  z.strictObject({ record: z.string().regex(/^[a-z_:0-9]+$/), expr: z.string() }),
  z.strictObject({ alert: z.string().regex(/^Fleetmend[A-Za-z]+$/), expr: z.string(), for: z.string().optional(), labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }), annotations: z.strictObject({ summary: z.string().min(20), runbook_url: z.string() }) }),
]);
const Rules = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), interval: z.string().optional(), rules: z.array(Rule).min(1) })).min(1) });

/** The part of a Grafana dashboard that has to hold for it to show anything. */
const Dashboard = z.object({
  uid: z.literal('fleetmend'),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string(), query: z.unknown() })) }),
  panels: z.array(z.object({ id: z.int(), title: z.string().min(1), type: z.enum(['stat', 'timeseries']), gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }), targets: z.array(z.object({ expr: z.string(), refId: z.string() })).min(1) })),
});

export const readRules = () => Rules.parse(parseYaml(readFileSync(RULES_FILE, 'utf8'))).groups.flatMap(({ rules }) => rules);
export const readDashboard = () => Dashboard.parse(JSON.parse(readFileSync(DASHBOARD_FILE, 'utf8')));

/** Every panel's queries as Prometheus gets them, with Grafana's variables put in. */
export function dashboardQueries(range = '10m'): readonly { readonly panel: string; readonly expr: string }[] {
  return readDashboard().panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ panel: title, expr: expr.replaceAll('$__rate_interval', range).replaceAll('$__range', range).replaceAll('$cluster', '.*') })),
  );
}

/** Names of metrics in a query, without what belongs to a histogram's parts. */
export function metricsIn(expr: string): readonly string[] {
  return [...new Set((expr.match(/(?:[a-z]+:)?fleetmend_[a-z0-9_:]+/g) ?? []))];
}
