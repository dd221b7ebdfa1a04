import { canonicalJson } from '@fleetmend/kernel';
import type { DeployedChart } from '@fleetmend/plugin-api';
import type { Application } from './schema.ts';

type Read = Pick<Application, 'spec' | 'status'>;
type Sources = Pick<Application['spec'], 'source' | 'sources'>;

/** Everything that it renders are charts of chart repositories: nothing of it lies in Git but its own object. */
export function isOfChartsAlone({ source, sources = source ? [source] : [] }: Sources): boolean {
  return sources.length > 0 && sources.every(({ chart }) => chart !== undefined);
}

/** The charts that its sources name, each at the version that a range came to. Source: the API types of Argo CD 3.1. */
export function chartsOf({ spec, status }: Read): readonly DeployedChart[] {
  const { source, sources = source ? [source] : [] } = spec;
  const said = status.sync?.status === 'Synced' ? { ...status.sync, ...status.sync.comparedTo } : status.history.at(-1);
  const deployed = said?.sources ?? (said?.source ? [said.source] : undefined);
  return sources.flatMap(({ repoURL, chart, targetRevision }, index) => {
    if (chart === undefined) return [];
    const was = deployed?.[index];
    // What was deployed of another chart, or by another range, says nothing of this one.
    const isSame = was === undefined || (was.repoURL === repoURL && was.chart === chart && was.targetRevision === targetRevision);
    const version = isSame ? (said?.revisions?.[index] ?? (sources.length === 1 ? said?.revision : undefined)) : undefined;
    return [{ from: repoURL, repository: addressOf(repoURL, chart), name: chart, asked: targetRevision, version: version === '' ? undefined : version }];
  });
}

/** A registry is named without a scheme. Source: Argo CD's user guide, "Helm". */
function addressOf(repoURL: string, chart: string): string {
  if (/^https?:\/\//i.test(repoURL)) return repoURL;
  return `oci://${repoURL.replace(/^oci:\/\//i, '').replace(/\/+$/, '')}/${chart}`;
}

/** What Argo CD compared, or synced, are the sources as the object names them now. */
export function isOf({ spec }: Pick<Application, 'spec'>, of: Sources | undefined): boolean {
  return of !== undefined && canonicalJson(said(of)) === canonicalJson(said(spec));
}

function said({ source, sources }: Sources): unknown {
  return withoutNothing(sources ?? source);
}

/** A status leaves out what a spec may say in vain: empty texts, lists and maps, and `false`. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).map(([key, item]) => [key, withoutNothing(item)] as const).filter(([, item]) => item !== undefined && item !== null && item !== '' && item !== false && !(typeof item === 'object' && Object.keys(item).length === 0));
  return Object.fromEntries(kept);
}
