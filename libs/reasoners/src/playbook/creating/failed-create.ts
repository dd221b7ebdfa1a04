import { changesInEffect, commitWords, insidePod, placeWords, together } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { restoring } from '../target-changes.ts';
import { answer, handOver, unknown } from './answer.ts';
import { missing } from './missing-name.ts';

/** Pods that are refused for a reason of no class of its own. */
export const failedCreate: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  if (failure.subCause === 'RuntimeClassNotFound') return missing(kase, { kind: 'RuntimeClass', field: 'runtimeClassName', action: 'setPodField' });
  if (failure.subCause === 'NamespaceTerminating') return handOver(failure.message, 'NamespaceTerminating', `Namespace ${kase.target.metadata.namespace ?? ''} is being deleted: see who deleted it, and what holds it up.`);
  const inTemplate = changesInEffect(kase).filter((change) => insidePod(kase, change) !== undefined);
  const named = inTemplate.filter(({ path }) => failure.message.toLowerCase().includes(String(path.at(-1)).toLowerCase()));
  const [first] = named.length > 0 ? named : together(inTemplate);
  if (first && (named.length > 0 || together(inTemplate).length === 1)) return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${who}, and its pods are refused since: ${failure.message}`, named.length > 0 ? 0.85 : 0.65, restoring(kase, named.length > 0 ? named : [first]));
  return unknown(failure.message, 'CreationRefused', `The API server refuses the pods of ${who}; read the FailedCreate event: ${failure.message}`);
};
