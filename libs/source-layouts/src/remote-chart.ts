import { PermanentError } from '@fleetmend/kernel';
import { renderRef, type UsedChart } from '@fleetmend/model';
import type { Application, DeployedChart, SourceOrigin } from '@fleetmend/plugin-api';
import { folderOfChart, placeOfChart, type ChartReference, type Tree } from '@fleetmend/ports';
import type { Release } from './helm-release.ts';

/** A chart of a chart repository, as an engine's object in Git asks for it. */
export interface WantedChart {
  /** The object, for messages. */
  readonly who: string;
  /** See `DeployedChart`. */
  readonly from: string;
  /** Undefined: the source is of one chart alone. */
  readonly name: string | undefined;
  readonly asked: string | undefined;
}

/** How much of it is needed: what it leads to in Git is known without it. */
export type Look = 'Roots' | 'Whole';

export interface OpenedChart {
  readonly folder: string;
  /** Undefined where it was not fetched. */
  readonly used: UsedChart | undefined;
}

const EXACT = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/**
 * The folder that shows the chart, at the version that Git asks for, or that the engine made of a range.
 * @throws PermanentError `ChartUnavailable` naming the chart, where it is from, and the next step.
 */
export async function openChart(tree: Tree, charts: readonly DeployedChart[], { wanted, look }: { readonly wanted: WantedChart; readonly look: Look }): Promise<OpenedChart> {
  const { who, from } = wanted;
  const alike = charts.filter((one) => one.from === from && (wanted.name === undefined || one.name === wanted.name));
  const deployed = alike.find((one) => one.asked === wanted.asked) ?? alike[0];
  const name = wanted.name ?? deployed?.name ?? 'its one chart';
  if (look === 'Roots') return { folder: placeOfChart({ repository: deployed?.repository ?? from, name }), used: undefined };
  const reference = referenceOf(deployed, wanted);
  const shown = 'cause' in reference ? reference : await folderOfChart(tree, reference);
  if ('cause' in shown || 'cause' in reference) {
    const place = deployed && deployed.repository !== from ? `${from} (${deployed.repository})` : from;
    throw new PermanentError('ChartUnavailable', `${who} installs the chart ${name} of ${place}, which is not in the repository and cannot be rendered here: ${'cause' in shown ? shown.cause : ''}`);
  }
  const { repository, version } = reference;
  return { folder: shown.folder, used: { repository: repository.slice(0, 256), name: name.slice(0, 128), version: version.slice(0, 128), digest: shown.digest } };
}

function referenceOf(deployed: DeployedChart | undefined, { asked, from }: WantedChart): ChartReference | { readonly cause: string } {
  if (!deployed) return { cause: `the engine does not say that it takes a chart from ${from}; let it deploy what Git says, or change its values by hand` };
  const { repository, name } = deployed;
  if (asked !== undefined && EXACT.test(asked)) return { repository, name, version: asked };
  if (asked !== deployed.asked) return { cause: 'Git asks for another range of versions than the engine was asked for: let it deploy what Git says' };
  if (deployed.version === undefined) return { cause: 'the engine has not deployed it from there yet, so nobody can tell which version it would take: wait until it has, or change its values by hand' };
  return { repository, name, version: deployed.version, digest: deployed.digest };
}

/**
 * Where all that an Application renders is fetched, a commit reaches it through its own object.
 * @throws PermanentError `NotEditable` when nothing that is known here applies that.
 */
export function demandHeld({ ref, sources }: Application, { fetched }: Pick<Release, 'fetched'>): void {
  if (!fetched || sources.length > 0) return;
  throw new PermanentError('NotEditable', `no Application that is known here applies ${renderRef(ref)}, so nobody could tell when a commit reaches it: have one apply its manifest, or change its values by hand`);
}

/** For what is located. */
export function chartsOf({ fetched }: Pick<Release, 'fetched'>): Pick<SourceOrigin, 'charts'> {
  return fetched ? { charts: [fetched] } : {};
}

/** What was rendered, for people: without a scheme, for a pull request shows no links. */
export function toldOf({ repository, name, version, digest }: UsedChart): string {
  return `chart ${name} ${version} of ${repository.replace(/^[a-z]+:\/\//, '')} (${digest})`;
}
