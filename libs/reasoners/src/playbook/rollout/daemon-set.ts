import { commitWords, placeWords } from '../changes-in-effect.ts';
import type { Rule } from '../rule.ts';
import { changesAt, restoring } from '../target-changes.ts';
import { answer, handOver, who } from './answer.ts';

/** A DaemonSet goes back to the nodes that it ran on before a change of where it may run. */
export const daemonSetMisscheduled: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const wanted = failure.subCause === 'Untolerated' ? /^\{pod\}\/tolerations(\/.*)?$/ : /^\{pod\}\/(nodeSelector|affinity|tolerations)(\/.*)?$/;
  const changes = changesAt(kase, wanted);
  const [first] = changes;
  if (!first) return handOver(`${who(kase)}: ${failure.message}`, 'NodesChanged', `Where ${who(kase)} may run was not changed in Git: see the labels and taints of the nodes.`);
  const newest = changes.filter(({ commit }) => commit === first.commit);
  // Items of a list moved with the one that came or went: the whole list goes back.
  const lists = newest.filter(({ path }) => /^\d+$/.test(path.at(-1) ?? '') || path.some((segment) => /^\d+$/.test(segment)));
  const whole = lists.map((change) => ({ ...change, path: change.path.slice(0, change.path.findIndex((segment) => /^\d+$/.test(segment))) }));
  return answer(`${commitWords(first)} changed ${placeWords(first.path)} of ${who(kase)}: ${failure.message}`, 0.9, restoring(kase, [...(lists.length > 0 ? whole : newest)]));
};
