import { seconds } from '@fleetmend/kernel';
import { ownScenarios, scenarioStory } from './scenario-story.ts';

/** Of every section of the failure classes some, under both engines, in plain folders, overlays and charts; a third of them to be left alone or handed over. */
const CHOSEN = [
  // start and crash
  'oom-then-probe-hidden', 'image-repository-typo', 'configmap-key-dropped', 'liveness-added-wrong-port',
  'init-command-added', 'read-only-root-in-daemonset', 'generator-env-file-wrong', 'decoy-overlay-with-the-same-names', 'two-faults-two-workloads', 'code-bug-without-change',
  // creation refused, scheduling
  'quota-amounts-removed', 'quota-no-room-for-surge', 'limitrange-max-k', 'priority-class-added',
  // controllers, traffic, storage
  'cron-job-suspended', 'paused-by-the-way', 'ingress-backend-renamed', 'target-port-name',
  // charts, as Argo CD renders them: one source, and two
  'parameter-wins-over-file', 'chart-exposes-no-value', 'last-values-file-wins', 'tool-overrides-the-tag',
  // the engines, and what heals by itself
  'file-is-no-yaml', 'overlay-scales-up', 'configmap-comes-later',
];

scenarioStory({ title: 'many scenarios on real servers', dirs: ownScenarios(CHOSEN), held: seconds(20) });
