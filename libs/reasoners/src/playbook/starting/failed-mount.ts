import type { Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, insidePod, isTarget, placeWords, restore } from '../changes-in-effect.ts';
import { mendReference, type Missing } from '../missing-reference.ts';
import { referencesOf } from '../references.ts';
import { abstain, type Rule, type RuleAnswer } from '../rule.ts';
import { valueAt } from '../workload.ts';
import { missingIn } from './container-config.ts';

const CITES = ['event', 'object', 'history'] as const;

const LOOK_AT: Readonly<Record<string, string | undefined>> = {
  DriverNotFound: 'The node has no driver for this volume; look at the pods of the storage driver on it.',
  TimedOut: 'The volume does not come in time, and nothing says why; look at its driver, at its attachment, and at the node.',
  HostPath: 'The path is not on the node as the volume wants it; look at the node.',
  SubPath: 'A sub-path of the volume cannot be prepared; look at what is in the volume.',
};

/** A volume that refers to what does not exist is mended; one that only one node can hold is given to one pod at a time. */
export const failedMount: Rule = (kase) => {
  const { failure } = kase.request.spec;
  const missing = missingIn(failure.message) ?? missingKey(kase, failure.message);
  if (missing) return mendReference(kase, missing);
  if (failure.subCause === 'MultiAttach') return oneAtATime(kase);
  const changed = changesInEffect(kase).filter((change) => change.before !== undefined && insidePod(kase, change)?.[0] === 'volumes');
  const [first] = changed;
  if (first && failure.subCause !== 'TimedOut' && failure.subCause !== 'DriverNotFound') {
    return { cause: `${commitWords(first)} changed ${placeWords(first.path)}, and the volume cannot be mounted since`, confidence: changed.length === 1 ? 0.85 : 0.7, cites: CITES, candidates: changed.slice(0, 2).map((change) => restore(kase, change)) };
  }
  return handOver(failure.message, `Volume${failure.subCause ?? 'NotMounted'}`, LOOK_AT[failure.subCause ?? ''] ?? 'The volume cannot be mounted; read the events of the pod.');
};

/** `volume config: configmap references non-existent config key: app.yml`: the volume's own ConfigMap. */
function missingKey(kase: Case, message: string): Missing | undefined {
  const match = /^volume (\S+): .*references non-existent (config|secret) key: (\S+)/.exec(message);
  if (!match) return undefined;
  const [, volume = '', word, key = ''] = match;
  const kind = word === 'secret' ? 'Secret' : 'ConfigMap';
  const ref = referencesOf(kase.target).find((one) => one.kind === kind && one.key === key && one.namePath.includes(`[name=${volume}]`));
  return ref && { kind, name: ref.name, key };
}

/**
 * A volume that one node can hold, and a rollout that starts the new pod before the old one has let go, wait for each other for ever.
 * A second replica never gets it at all.
 */
function oneAtATime(kase: Case): RuleAnswer {
  const { kind } = kase.target;
  const changes = changesInEffect(kase).filter(({ object }) => isTarget(kase, object));
  const scaled = changes.find(({ path, before }) => path.join('/') === 'spec/replicas' && before === 1);
  if (scaled) return { cause: `${commitWords(scaled)} asks for more pods than one, and their volume can be attached to one node only`, confidence: 0.85, cites: CITES, candidates: [restore(kase, scaled)] };
  const replicas = Number(valueAt(kase.target, ['spec', 'replicas']) ?? 1);
  if (kind !== 'Deployment' || replicas > 1) return handOver('the volume is attached to another node, and can be attached to one only', 'VolumeHeldElsewhere', `The volume of ${kind} ${kase.target.metadata.name} can be attached to one node only, and ${replicas} pods want it; give each pod its own, or use one that many nodes can hold.`);
  const strategy: Action = {
    action: 'setVolume',
    fields: [{ path: ['spec', 'strategy', 'type'], value: 'Recreate' }, ...(valueAt(kase.versions[0]?.objects.find((one) => one.kind === kind && one.metadata.name === kase.target.metadata.name), ['spec', 'strategy', 'rollingUpdate']) === undefined ? [] : [{ path: ['spec', 'strategy', 'rollingUpdate'], value: null }])],
  };
  if (valueAt(kase.target, ['spec', 'strategy', 'type']) === 'Recreate') return handOver('the volume is still attached to another node', 'VolumeHeldElsewhere', 'Pods are started one at a time, and the volume is still attached to another node; look at that node.');
  return { cause: 'each rollout starts the new pod before the old one has let go of the volume, which can be attached to one node only', confidence: 0.85, cites: CITES, candidates: [strategy] };
}

function handOver(cause: string, reason: string, lookAt: string): RuleAnswer {
  return { cause, confidence: 0.8, cites: CITES, candidates: [abstain(reason, lookAt)] };
}
