import { readQuantity, renderBytes, wholeUnits } from '@fleetmend/kernel';
import type { Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { commitWords, restore } from '../changes-in-effect.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { changesAt } from '../target-changes.ts';
import { asList, asRecord, podSpecPath, valueAt } from '../workload.ts';
import { podsOf } from './placement.ts';

/** A limit that Git knows as larger goes back; one step more where it never was; a node that is short itself is for a person. */
export const evicted: Rule = (kase) => {
  const { subCause, message } = kase.request.spec.failure;
  const said = podsOf(kase).map((pod) => String(valueAt(pod, ['status', 'message']) ?? '')).find((text) => text !== '') ?? message;
  switch (subCause) {
    case 'EmptyDirSize': return emptyDir(kase, said);
    case 'EphemeralStorage': return ephemeralStorage(kase, said);
    case 'NodeMemory': return pressure(kase, 'memory', said);
    case 'NodeStorage': return pressure(kase, 'ephemeral-storage', said);
    default: return answer(said, abstain('NodeShort', 'The node had to make room for itself; look at what else runs on it.'));
  }
};

function emptyDir(kase: Case, said: string): RuleAnswer {
  const name = /EmptyDir volume "([^"]+)"/.exec(said)?.[1];
  const path = [...podSpecPath(kase.target), 'volumes', `[name=${name ?? ''}]`, 'emptyDir', 'sizeLimit'];
  const [lowered] = changesAt(kase, /^\{pod\}\/volumes\/[^/]+\/emptyDir(\/sizeLimit)?$/).filter((change) => change.path.includes(`[name=${name ?? ''}]`) && isMore(change.before, change.after));
  const size = valueAt(kase.target, path);
  const grown = name !== undefined && typeof size === 'string' ? doubled(size) : undefined;
  const candidates: readonly Action[] = [...(lowered ? [restore(kase, lowered)] : []), ...(grown === undefined ? [] : [{ action: 'setVolume' as const, fields: [{ path, value: grown }] }])];
  return candidates.length > 0 ? { ...answer(said, ...candidates), cause: lowered ? `${said} It was larger before ${commitWords(lowered)}` : said } : answer(said, abstain('SizeUnknown', 'The limit of the volume does not stand in the template; look at what sets it.'));
}

function ephemeralStorage(kase: Case, said: string): RuleAnswer {
  const lowered = changesAt(kase, /^\{pod\}\/containers\/[^/]+\/resources\/(?:limits|requests)\/ephemeral-storage$/).filter(({ before, after }) => isMore(before, after));
  const named = /Container (\S+) exceeded/.exec(said)?.[1];
  const limited = asList(valueAt(kase.target, [...podSpecPath(kase.target), 'containers'])).flatMap((container) => {
    const limit = asRecord(valueAt(container, ['resources', 'limits']))['ephemeral-storage'];
    return typeof limit === 'string' && (named === undefined || container['name'] === named) ? [{ container: String(container['name']), limit }] : [];
  });
  const [only, another] = limited;
  const grown = only && !another ? doubled(only.limit) : undefined;
  const candidates: readonly Action[] = [...lowered.map((change) => restore(kase, change)), ...(only && grown !== undefined ? [{ action: 'setResources' as const, container: only.container, limits: { 'ephemeral-storage': grown } }] : [])];
  return candidates.length > 0 ? answer(said, ...candidates) : answer(said, abstain('NoSuchLimit', 'No limit for ephemeral storage in the template explains it; look at a LimitRange, and at what the container writes.'));
}

/** A pod is evicted first where it uses more than it requests: a request that was lowered is what changed. */
function pressure(kase: Case, resource: 'memory' | 'ephemeral-storage', said: string): RuleAnswer {
  const lowered = changesAt(kase, new RegExp(`^\\{pod\\}/containers/[^/]+/resources/requests/${resource}$`)).filter(({ before, after }) => isMore(before, after));
  const [first] = lowered;
  if (first) return { ...answer(said, ...lowered.map((change) => restore(kase, change))), cause: `${said} It requested more before ${commitWords(first)}` };
  return answer(said, abstain('NodeShort', `The node ran out of ${resource}. Requests that say what the pods use would keep them off full nodes; how much that is, metrics tell.`));
}

/** The earlier value is larger, or was no limit at all, which going back would bring back: that is left to people. */
function isMore(before: unknown, after: unknown): boolean {
  const amount = (value: unknown) => readQuantity(typeof value === 'object' ? String(asRecord(value)['sizeLimit'] ?? '') : String(value ?? ''));
  const [was, is] = [amount(before), amount(after)];
  return was !== undefined && is !== undefined && was > is;
}

function doubled(amount: string): string | undefined {
  const value = readQuantity(amount);
  return value === undefined ? undefined : renderBytes(wholeUnits(value) * 2n);
}

function answer(cause: string, ...candidates: readonly Action[]): RuleAnswer {
  return { cause, confidence: 0.8, cites: ['event', 'object', 'history', 'node'], candidates };
}
