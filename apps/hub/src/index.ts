/** @module The hub: takes failures in, leads each request to its end, and answers who asks. */
export { startHub, type HubWorld, type RunningHub } from './start-hub.ts';
export { checkHubCluster } from './kubernetes/hub-cluster-check.ts';
export { summarise, type RequestSummary } from './http/request-summary.ts';
export { tell } from './reconcile/announce-moves.ts';
export { pluginStateDir } from './plugins/hub-plugins.ts';
export { ADMISSION_KINDS, KINDS } from './kubernetes/kinds.ts';
export { createSettingsReader } from './kubernetes/settings-reader.ts';
export { readRequest } from './kubernetes/requests-store.ts';
export { readRecordedInputs, type RecordedInput } from './policy/decision-log.ts';
export { readRollout, type ReadRollout } from './policy/rollout-objects.ts';
export { createClosers, type Closers } from './closers.ts';
