import { changesAtHead, commitWords, isTarget } from '../changes-in-effect.ts';
import { answer, handOver } from '../creating/answer.ts';
import type { Rule } from '../rule.ts';
import { restoring } from '../target-changes.ts';

const ENGINE_KINDS = ['Application', 'Kustomization', 'HelmRelease', 'GitRepository', 'OCIRepository'];
/** A field as the API server names it: `spec.template.spec.containers[0].ports[0].containerPort`. */
const FIELD = /\b(spec|data|metadata)(?:\.[A-Za-z]\w*(?:\[[^\]]*\])?)+/g;

/**
 * What the engine cannot apply. An object that the API server refuses gets back what the last commit changed in the field that is
 * named, or else in the object; what cannot even be built is for a person, with the engine's own words.
 */
export const refusedByEngine: Rule = (kase) => {
  const { message, subCause } = kase.request.spec.failure;
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  if (ENGINE_KINDS.includes(kase.target.kind)) return handOver(`${who}: ${subCause ?? 'NotReady'}: ${message}`, 'EngineRefused', `${who} says: ${message.slice(0, 300)}. Mend what it names in Git.`);
  const own = changesAtHead(kase).filter(({ object, path }) => isTarget(kase, object) && path.length > 0);
  const named = own.filter(({ path }) => fieldsIn(message).some((field) => covers(field, path)));
  const newest = Math.max(...own.map(({ at }) => at));
  const suspects = named.length > 0 ? named : own.filter(({ at }) => at === newest);
  const [first] = suspects;
  if (!first) return handOver(`the API server refuses ${who}: ${message}`, 'ObjectRefused', `No recent commit changed ${who}; mend what the API server names: ${message.slice(0, 300)}`);
  return answer(`${commitWords(first)} changed ${first.path.join('/')}, and the API server refuses ${who}: ${message}`, 0.9, restoring(kase, suspects));
};

function fieldsIn(message: string): readonly (readonly string[])[] {
  return [...message.matchAll(FIELD)].map(([text]) => text.split(/[.[\]]+/).filter((part) => part !== ''));
}

/** The named field is the changed one, holds it, or stands inside it; list items count by whatever they are called. */
function covers(field: readonly string[], path: readonly string[]): boolean {
  const length = Math.min(field.length, path.length);
  return field.slice(0, length).every((part, index) => part === path[index] || /^\d+$/.test(part) || path[index]?.startsWith('[') === true);
}
