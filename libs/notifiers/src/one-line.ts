import { renderRef } from '@fleetmend/model';
import type { Announcement, RolloutHalt } from '@fleetmend/plugin-api';

/** A move in one line of plain text, for people who know nothing of phases yet. */
export function oneLine({ request, to, reason, message }: Announcement): string {
  const { spec, metadata } = request;
  const where = spec.target ? renderRef(spec.target) : spec.scope;
  return `${to}: ${spec.failure.class} of ${where} in ${spec.clusters.join(', ')} (${reason})${message ? `: ${message}` : ''} [${metadata.namespace}/${metadata.name}]`;
}

/** A halt in two lines: what happened, and what holds now. */
export function haltLines({ rollout, bundle, wave, stage, reason, message }: RolloutHalt): { readonly title: string; readonly body: string } {
  const where = wave === undefined ? 'before its first wave' : `in wave ${wave}${stage === undefined ? '' : ` (${stage})`}`;
  return {
    title: `The policy rollout ${rollout.namespace}/${rollout.name} halted ${where}: ${reason}`,
    body: `${message}\nEvery cluster of it has its last good bundle again, instead of ${bundle}. It goes on only with another spec: kubectl describe pro ${rollout.name} -n ${rollout.namespace}`,
  };
}
