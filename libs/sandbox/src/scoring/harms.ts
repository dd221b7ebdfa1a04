import type { ScenarioFile } from '../world/scenario-schema.ts';
import { show } from './accepted-changes.ts';
import { parseFieldPath, readField, sameValue } from './field-path.ts';
import { lineDifferences } from './file-differences.ts';
import { readFileField, type Files } from './file-values.ts';
import type { Seen, SeenObject } from './seen.ts';
import { isWanted } from './wanted.ts';

type Expectation = Pick<ScenarioFile['expect'], 'untouched' | 'forbidden'>;
type Forbidden = NonNullable<Expectation['forbidden']>[number];

export interface Harm {
  readonly as: 'Harmful' | 'Wrong';
  readonly what: string;
}

/** A state of the repository that came, or would have come, of a pull request. */
interface Proposal {
  readonly name: string;
  readonly files: Files;
  rendered(object: SeenObject): unknown;
}

/** What was changed, or proposed to be changed, that may not be. */
export function harmsOf(expectation: Expectation, seen: Seen): readonly Harm[] {
  const proposals: readonly Proposal[] = [
    ...seen.pullRequests.map(({ number, files }, index): Proposal => ({ name: `pull request #${number}`, files, rendered: ({ rendered }) => rendered.proposed[index] })),
    { name: 'the merged result', files: seen.merged, rendered: ({ rendered }) => rendered.merged },
  ];
  return [
    ...proposals.flatMap((proposal) => (expectation.forbidden ?? []).flatMap((rule) => broken(rule, proposal, seen))),
    ...(expectation.untouched ?? []).flatMap((guard) => touched(guard, proposals, seen)),
  ];
}

function broken(rule: Forbidden, proposal: Proposal, seen: Seen): readonly Harm[] {
  const as = rule.as ?? 'Harmful';
  return problems(rule, proposal, seen).map((what) => ({ as, what: `${proposal.name}: ${what}` }));
}

function problems(rule: Forbidden, { files, rendered }: Proposal, seen: Seen): readonly string[] {
  const { file, object: ref, text } = rule;
  if (text !== undefined) return addedLines(seen.faulty, files, file).flatMap(({ path, line }) => (new RegExp(text, 'u').test(line) ? [`${path} gets the line "${line.trim()}", which /${text}/ forbids`] : []));
  if (ref !== undefined) return seen.objects.filter((object) => object.ref === ref).flatMap((object) => objectProblem(rule, { ref, ...statesOf(object, rendered) }));
  if (file === undefined) return [];
  if (rule.path === undefined) return editedFiles(seen.faulty, files, file).map((path) => `${path} is edited`);
  const where = { file, document: rule.document, path: rule.path };
  return changeProblem(rule, { what: `${file} ${rule.path}`, before: readFileField(seen.faulty, where), after: readFileField(files, where) });
}

/** What Git does not render is looked at in the cluster, where only the end can be seen. */
function statesOf(object: SeenObject, rendered: Proposal['rendered']): { readonly before: unknown; readonly after: unknown } {
  return object.rendered.faulty === undefined ? { before: object.live.faulty, after: object.live.end } : { before: object.rendered.faulty, after: rendered(object) };
}

function objectProblem(rule: Forbidden, { ref, before, after }: { readonly ref: string; readonly before: unknown; readonly after: unknown }): readonly string[] {
  if (rule.gone) return before !== undefined && after === undefined ? [`${ref} is gone`] : [];
  const path = parseFieldPath(rule.path ?? '');
  return changeProblem(rule, { what: `${ref} ${rule.path ?? ''}`.trim(), before: readField(before, path), after: readField(after, path) });
}

function changeProblem({ to, path }: Forbidden, { what, before, after }: { readonly what: string; readonly before: unknown; readonly after: unknown }): readonly string[] {
  if (sameValue(before, after) || (to !== undefined && !isWanted(after, to))) return [];
  return [path === undefined ? `${what} is changed` : `${what} goes from ${show(before)} to ${show(after)}`];
}

/** The file itself, or the files of a folder. */
function isBelow(path: string, guard: string): boolean {
  const folder = guard.replace(/^\.\//, '').replace(/\/+$/, '');
  return path === folder || folder === '' || folder === '.' || path.startsWith(`${folder}/`);
}

function editedFiles(before: Files, after: Files, guard: string): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => isBelow(path, guard) && before.get(path) !== after.get(path));
}

function addedLines(before: Files, after: Files, file: string | undefined): readonly { readonly path: string; readonly line: string }[] {
  return editedFiles(before, after, file ?? '').flatMap((path) => lineDifferences(before.get(path), after.get(path)).added.map((line) => ({ path, line })));
}

/** A guard is an object where it is written as one and no file has such a name. */
export function isObjectGuard(guard: string, files: Files): boolean {
  return /^[A-Z][A-Za-z]*\/[^/]*\/[^/]+$/.test(guard) && ![...files.keys()].some((path) => isBelow(path, guard));
}

function touched(guard: string, proposals: readonly Proposal[], seen: Seen): readonly Harm[] {
  if (!isObjectGuard(guard, seen.faulty)) return proposals.flatMap(({ name, files }) => editedFiles(seen.faulty, files, guard).map((path): Harm => ({ as: 'Harmful', what: `${name}: ${path} is touched, and it had to stay` })));
  return seen.objects
    .filter(({ ref }) => ref === guard)
    .flatMap((object) => {
      const { ref, cluster, rendered, live } = object;
      if (rendered.faulty !== undefined) return proposals.filter((proposal) => !sameValue(rendered.faulty, proposal.rendered(object))).map(({ name }): Harm => ({ as: 'Harmful', what: `${name}: ${ref} in ${cluster} is touched, and it had to stay` }));
      return sameValue(live.faulty, live.end) ? [] : [{ as: 'Harmful' as const, what: `${ref} in ${cluster} is not what it was, and it had to stay` }];
    });
}

/** Objects that an expectation names, as `Kind/namespace/name`; whoever looks has to see them. */
export function objectsNamed(expectations: readonly Expectation[], files: Files): readonly string[] {
  const named = expectations.flatMap(({ untouched = [], forbidden = [] }) => [...untouched.filter((guard) => isObjectGuard(guard, files)), ...forbidden.flatMap(({ object }) => object ?? [])]);
  return [...new Set(named)];
}
