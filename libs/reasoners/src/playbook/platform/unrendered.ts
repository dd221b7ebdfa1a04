import type { Action } from '@fleetmend/model';
import type { BrokenBuild, Case, SourceRestore } from '@fleetmend/plugin-api';
import { commitWords } from '../changes-in-effect.ts';
import { answer, handOver } from '../creating/answer.ts';
import type { RuleAnswer } from '../rule.ts';

/**
 * What cannot be rendered at all. Of the places that differ from the last good state exactly one may mend it: with two, nobody knows which of
 * them was meant, and a place that is closed still counts, for it may be the one. Everything else is for a person, with what was found out.
 */
export function unrendered({ request, target }: Pick<Case, 'request' | 'target'>, build: BrokenBuild): RuleAnswer {
  const { message, subCause = 'NotReady' } = request.spec.failure;
  const who = `${target.kind} ${target.metadata.name}`;
  const blame = build.brokenBy ? ` since ${commitWords(build.brokenBy)}` : '';
  const cause = `${who} cannot be rendered${blame}: ${build.error.slice(0, 200)}`;
  const [first, ...more] = build.restores;
  const say = (reason: string, words: string) => handOver(`${cause} (${subCause}: ${message})`, reason, `${who}: ${build.error.slice(0, 160)}. ${words}`);
  if (build.path) {
    const { path, commit, before, after, closed } = build.path;
    const back = `${path.join('/')} names ${after}, which is not there; ${before}, which it named before, renders what was applied last`;
    return closed === undefined ? answer(`${who} cannot be rendered: ${back}`, 0.9, [{ action: 'restoreField', path, commit }]) : say('RestoreClosed', `${back}. But ${closed}.`);
  }
  if (first === undefined) return say('EngineRefused', `${blame === '' ? 'Mend' : `It cannot be rendered${blame}; mend`} what it names in Git.${triedWords(build)}`);
  if (more.length > 0) return say('SeveralRestores', `It could be rendered again with any one of these alone put back, and only a person knows which was meant: ${build.restores.slice(0, 3).map(placeWords).join('; ')}.`);
  if (first.closed !== undefined) return say('RestoreClosed', `It could be rendered again with ${placeWords(first)}, but ${first.closed}.`);
  return answer(`${cause}; with ${placeWords(first)} alone it renders again`, 0.9, [restoreOf(first)]);
}

function restoreOf({ file, document, path, commit }: SourceRestore): Action {
  return { action: 'restoreField', path: [...path], commit, source: { file, ...(document === undefined ? {} : { document }) } };
}

function placeWords({ file, document, path, before, after }: SourceRestore): string {
  return `${document === undefined ? `line ${path[0] ?? ''}` : path.join('/')} of ${file} back from ${after.slice(0, 60)} to ${before.slice(0, 60)}`;
}

function triedWords({ good, missing, tried }: BrokenBuild): string {
  if (missing) return '';
  if (good === undefined) return ' No earlier state of it could be rendered here.';
  return tried.length === 0 ? ' No place of its files differs from the last state that could be rendered.' : ` Since the last good state: ${tried.slice(0, 4).join('; ')}.`;
}
