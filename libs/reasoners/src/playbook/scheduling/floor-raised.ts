import type { Case } from '@fleetmend/plugin-api';
import { commitWords } from '../changes-in-effect.ts';
import { isMeantToGrow } from '../intent.ts';
import type { RuleAnswer } from '../rule.ts';
import { changesOf, restoring } from '../target-changes.ts';
import { valueAt } from '../workload.ts';

/**
 * The nodes are full because an autoscaler may not have fewer pods than a commit says that it must: the floor goes back, unless more was
 * wanted in so many words. Undefined: that is not what fills them.
 */
export function floorRaised(kase: Case, said: string): RuleAnswer | undefined {
  const { kind, metadata } = kase.target;
  const scaler = kase.related.find((object) => object.kind === 'HorizontalPodAutoscaler' && valueAt(object, ['spec', 'scaleTargetRef', 'kind']) === kind && valueAt(object, ['spec', 'scaleTargetRef', 'name']) === metadata.name);
  const floor = valueAt(scaler, ['spec', 'minReplicas']);
  if (!scaler || !/Insufficient|Too many pods/.test(said) || floor !== valueAt(kase.target, ['spec', 'replicas'])) return undefined;
  const [change] = changesOf(kase, (object) => object.kind === scaler.kind && object.name === scaler.metadata.name).filter(({ path }) => path.join('/') === 'spec/minReplicas');
  if (!change || typeof change.before !== 'number' || typeof change.after !== 'number' || change.before < 1 || change.before >= change.after || isMeantToGrow(change)) return undefined;
  const cause = `pods of ${kind} ${metadata.name} find no node since ${commitWords(change)} raised minReplicas of HorizontalPodAutoscaler ${scaler.metadata.name} from ${change.before} to ${change.after}`;
  return { cause, confidence: 0.85, cites: ['event', 'object', 'history', 'node'], candidates: restoring(kase, [change]) };
}
