import { seconds } from '@fleetmend/kernel';
import { ownScenarios, scenarioStory } from './scenario-story.ts';

/** Of every section of the failure classes some, under both engines, in plain folders, overlays and charts; a third of them to be left alone or handed over. */
const CHOSEN = [
  // start and crash
  'oom-then-probe-hidden', 'image-repository-typo', 'configmap-key-dropped', 'command-not-found', 'liveness-added-wrong-port', 'readiness-port-typo',
  'init-command-added', 'read-only-root-in-daemonset', 'run-as-root-in-pod', 'generator-env-file-wrong', 'decoy-overlay-with-the-same-names', 'two-faults-one-container', 'code-bug-without-change',
  // creation refused, scheduling
  'quota-amounts-removed', 'quota-lowered-by-hand', 'limitrange-max-k', 'pod-security-context-dropped', 'priority-class-added', 'service-account-deleted',
  // controllers, traffic, storage
  'cron-job-suspended', 'cron-job-deadline-too-short', 'paused-by-the-way', 'stateful-set-canary', 'ingress-backend-renamed', 'target-port-name',
  // charts, as Argo CD renders them: one source, and two
  'parameter-wins-over-file', 'values-object-beside-values', 'chart-exposes-no-value', 'last-values-file-wins', 'plain-source-has-the-last-word', 'tool-overrides-the-tag',
  // the engines, and what heals by itself
  'negative-replicas', 'file-is-no-yaml', 'overlay-scales-up', 'typo-fixed-by-next-commit', 'rollout-of-a-harmless-change',
];

scenarioStory({ title: 'many scenarios on real servers', dirs: ownScenarios(CHOSEN), held: seconds(20) });
