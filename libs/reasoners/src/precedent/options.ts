import { canonicalJson } from '@fleetmend/kernel';
import { valueAt } from '@fleetmend/manifest';
import type { Action, KubeObject } from '@fleetmend/model';
import type { Case, FieldHistory } from '@fleetmend/plugin-api';

/** Something that could be done in this very case: every value in it is from this case's Git, or one step from what stands there. */
export interface Option {
  readonly action: Action;
  /** The field that it changes, as precedents name fields: list items by their index. */
  readonly field: string;
  /** In words of ours. */
  readonly words: string;
}

/** What the case itself offers: each field as it was before its last change, and twice the memory where nothing stands against it. */
export function optionsOf(kase: Case): readonly Option[] {
  return [...kase.history.flatMap((history) => putBack(history, kase)), ...twiceTheMemory(kase)];
}

function putBack({ path, values }: FieldHistory, { target }: Case): readonly Option[] {
  const [current] = values;
  const before = values.find(({ value }) => canonicalJson(value) !== canonicalJson(current?.value));
  const field = pointerOf(target, path);
  if (current === undefined || before === undefined || field === undefined || !isScalar(before.value)) return [];
  const words = `${path.slice(-2).join('/')} was put back to what it was before its last change`;
  if (path.at(-1) !== 'image') return [{ action: { action: 'restoreField', path: [...path], commit: before.commit }, field, words }];
  const container = /^\[name=(.+)\]$/.exec(path.at(-2) ?? '')?.[1];
  return container === undefined || !isPinned(String(before.value)) ? [] : [{ action: { action: 'setImage', container, image: String(before.value), provenance: 'GitHistory' }, field, words }];
}

function twiceTheMemory({ request, target, related, history }: Case): readonly Option[] {
  const container = request.spec.target?.container;
  const limit = history.find(({ path }) => path.at(-1) === 'memory' && path.at(-2) === 'limits' && path.includes(`[name=${container ?? ''}]`));
  const match = limit && /^(\d+)([KMGT]i?)$/.exec(String(valueAt(target, [...limit.path]) ?? ''));
  const field = limit && pointerOf(target, limit.path);
  // How much room a quota leaves is for the rules to reckon.
  const bounded = related.some(({ kind }) => kind === 'LimitRange' || kind === 'ResourceQuota');
  if (!match || field === undefined || container === undefined || bounded) return [];
  return [{ action: { action: 'setResources', container, limits: { memory: `${Number(match[1]) * 2}${match[2] ?? ''}` } }, field, words: 'the memory limit was raised' }];
}

/** A path with list items by name as one by index; undefined: not there. */
function pointerOf(root: KubeObject, path: readonly string[]): string | undefined {
  let here: unknown = root;
  const steps: string[] = [];
  for (const segment of path) {
    const wanted = /^\[name=(.+)\]$/.exec(segment)?.[1];
    const step = wanted === undefined ? segment : String(Array.isArray(here) ? here.findIndex((item: { readonly name?: unknown } | null) => item?.name === wanted) : -1);
    if (step === '-1') return undefined;
    steps.push(step.replaceAll('~', '~0').replaceAll('/', '~1'));
    here = valueAt(here, [segment]);
  }
  return steps.join('/');
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A digest, or a tag that does not move by itself. */
function isPinned(image: string): boolean {
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  return image.includes('@sha256:') || (tag !== undefined && tag !== 'latest');
}
