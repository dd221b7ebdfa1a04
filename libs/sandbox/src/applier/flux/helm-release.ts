import { canonicalJson, digestOf, isPermanent, minutes, renderTime, sha256 } from '@fleetmend/kernel';
import type { Duration } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { parseKey } from '../../physics/runtime/keys.ts';
import { isInSync, prune, refOf } from '../apply-objects.ts';
import type { ApplierContext } from '../context.ts';
import { runAction } from './helm-action.ts';
import type { ActionOutcome } from './helm-action.ts';
import { makeChart, prepareRelease, targetOf } from './helm-prepare.ts';
import type { PreparedRelease } from './helm-prepare.ts';
import { renderRelease } from './helm-render.ts';
import type { PackedChart, ReleaseTarget } from './helm-render.ts';
import { forgetReleases, HELM_CONTROLLER, storedObjects, storeRelease } from './helm-storage.ts';
import type { ComposedValues } from './helm-values.ts';
import { renderEntry } from './inventory.ts';
import { FLUX_FINALIZER, goDuration, HELM_CHART, HELM_RELEASE, interval } from './shapes.ts';
import type { HelmChart, HelmRelease, Snapshot } from './shapes.ts';
import { changeStatus, ready, setFinalizer } from './status.ts';
import type { StatusChange } from './status.ts';

type Status = NonNullable<HelmRelease['status']>;

/**
 * Installs or upgrades what a HelmRelease names. Answers when to look again.
 * Steps, reasons and messages are those of helm-controller 1.5, internal/controller and internal/reconcile; no lab has it, so nothing here was compared with a running one.
 */
export async function reconcileHelmRelease(context: ApplierContext, key: string): Promise<Duration | undefined> {
  const { namespace, name } = parseKey(key);
  const found = context.objects.get<HelmRelease>(HELM_RELEASE.apiVersion, HELM_RELEASE.kind, namespace, name);
  if (!found) return undefined;
  if (found.metadata.deletionTimestamp) return uninstall(context, found);
  const release = setFinalizer(context.objects, found, HELM_CONTROLLER, { finalizer: FLUX_FINALIZER, wanted: true });
  if (release.spec.suspend) return undefined;
  const helmChart = makeChart(context, release);
  const input = await prepareRelease(context, helmChart === undefined ? release : { ...release, status: { ...release.status, helmChart } });
  if ('reason' in input) {
    const { reason, message, retryIn } = input;
    changeStatus<HelmRelease>(context, release, HELM_CONTROLLER, { marks: [{ type: 'Reconciling', status: 'True', reason: 'Progressing', message: 'Fulfilling prerequisites' }, ready('False', reason, message)], status: () => (helmChart === undefined ? {} : { helmChart }) });
    context.events.record({ about: release, from: HELM_CONTROLLER.manager, type: reason === 'ValuesError' ? 'Warning' : 'Normal', reason, message });
    return retryIn ?? interval(release.spec.interval);
  }
  return settle(context, release, { ...input, ...(helmChart === undefined ? {} : { helmChart }) });
}

/** Compares with the latest release, and acts where it is not what is wanted. */
async function settle(context: ApplierContext, release: HelmRelease, { packed, chart, values, helmChart }: PreparedRelease & { readonly helmChart?: string }): Promise<Duration | undefined> {
  const { objects } = context;
  const { metadata, spec } = release;
  const target = targetOf(release);
  const generation = metadata.generation ?? 1;
  const before: Status = release.status ?? {};
  const postRenderers = spec.postRenderers ? digestOf(spec.postRenderers) : undefined;
  const isNews = before.lastAttemptedGeneration !== generation || before.lastAttemptedRevision !== chart.version || before.lastAttemptedConfigDigest !== values.digest;
  const failures = isNews ? {} : { failures: before.failures, installFailures: before.installFailures, upgradeFailures: before.upgradeFailures };
  const attempted: Partial<Status> = {
    ...failures,
    ...(isNews ? { failures: 0, installFailures: 0, upgradeFailures: 0 } : {}),
    ...(helmChart === undefined ? {} : { helmChart }),
    storageNamespace: target.storage,
    lastAttemptedGeneration: generation,
    lastAttemptedRevision: chart.version,
    lastAttemptedConfigDigest: values.digest,
    ...(postRenderers === undefined ? {} : { observedPostRenderersDigest: postRenderers }),
  };
  const latest = before.history?.[0];
  const isSame = latest?.chartName === chart.name && latest.chartVersion === chart.version && latest.configDigest === values.digest && before.observedPostRenderersDigest === postRenderers;
  const action = latest ? 'upgrade' : 'install';
  if (latest?.status === 'deployed' && isSame && !hasDrifted(context, release, latest)) {
    const message = `Helm ${before.lastAttemptedReleaseAction ?? action} succeeded for release ${fullName(latest)} with chart ${chart.name}@${chart.version}`;
    const reason = before.lastAttemptedReleaseAction === 'install' ? 'InstallSucceeded' : 'UpgradeSucceeded';
    changeStatus<HelmRelease>(context, release, HELM_CONTROLLER, { marks: [{ without: 'Reconciling' }, { without: 'Stalled' }, ready('True', reason, message), { type: 'Released', status: 'True', reason, message }], status: () => attempted, observed: true, handled: true });
    return interval(spec.interval);
  }
  const last = before.lastAttemptedReleaseAction === 'install' ? 'install' : 'upgrade';
  const retries = spec[last]?.remediation?.retries ?? 0;
  const count = isNews ? 0 : ((last === 'install' ? before.installFailures : before.upgradeFailures) ?? 0);
  if (latest?.status === 'failed' && count > retries && retries >= 0) {
    const stalled = `Failed to ${last} after ${count} attempt(s)`;
    changeStatus<HelmRelease>(context, release, HELM_CONTROLLER, { marks: [{ without: 'Reconciling' }, { type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message: stalled }], status: () => attempted, observed: true, handled: true });
    return undefined; // until something of it changes
  }

  const timeout = interval(spec[action]?.timeout ?? spec.timeout ?? '5m');
  const running = `Running '${action}' action with timeout of ${goDuration(timeout)}`;
  changeStatus<HelmRelease>(context, release, HELM_CONTROLLER, { marks: [{ without: 'Stalled' }, { type: 'Reconciling', status: 'True', reason: 'Progressing', message: running }, ready('Unknown', 'Progressing', running)], status: () => ({ ...attempted, lastAttemptedReleaseAction: action }) });
  const version = (latest?.version ?? 0) + 1;
  const done = await act(context, release, { packed, values, target, action, timeout, before: latest ? storedObjects(objects, target.storage, latest) : [] });
  const at = renderTime(context.clock.now());
  const firstDeployed = latest?.firstDeployed ?? at;
  const snapshot: Omit<Snapshot, 'status' | 'digest'> = { name: target.name, namespace: target.namespace, version, chartName: chart.name, chartVersion: chart.version, ...(chart.appVersion === undefined ? {} : { appVersion: chart.appVersion }), configDigest: values.digest, firstDeployed, lastDeployed: at };
  const names = { release: `${target.namespace}/${target.name}`, chart: `${chart.name}@${chart.version}` };
  if ('unrendered' in done) {
    // Nothing was stored, so nothing counts as an attempt.
    const message = `Helm ${action} failed for release ${names.release} with chart ${names.chart}: ${done.unrendered}`;
    fail(context, release, { action, message, stored: false, change: { status: () => ({ failures: (attempted.failures ?? 0) + 1 }) } });
    return minutes(1);
  }
  const succeeded = 'done' in done.outcome;
  storeRelease(objects, target.storage, { ...target, version, status: succeeded ? 'deployed' : 'failed', chart, values: values.values, objects: done.objects, firstDeployed, lastDeployed: at, description: succeeded ? `${action === 'install' ? 'Install' : 'Upgrade'} complete` : `Release "${target.name}" failed` });
  forgetReleases(objects, target.storage, { name: target.name, keep: spec.maxHistory ?? 5 });
  const made: Snapshot = { ...snapshot, status: succeeded ? 'deployed' : 'failed', digest: sha256(canonicalJson([snapshot, done.objects])) };
  const history = [made, ...(before.history ?? []).map((one) => (succeeded && one.status === 'deployed' ? { ...one, status: 'superseded' } : one))].slice(0, spec.maxHistory ?? 5);
  const inventory = { entries: done.objects.map((object) => renderEntry(refOf(object))) };
  if (!succeeded) {
    const text = 'failed' in done.outcome ? done.outcome.failed : `New reconciliation triggered by ${done.outcome.cancelled}`;
    const reason = 'failed' in done.outcome ? undefined : 'HealthCheckCanceled';
    const failedCount = action === 'install' ? { installFailures: (attempted.installFailures ?? 0) + 1 } : { upgradeFailures: (attempted.upgradeFailures ?? 0) + 1 };
    const message = `Helm ${action} failed for release ${names.release} with chart ${names.chart}: ${text}`;
    fail(context, release, { action, message, stored: true, ...(reason === undefined ? {} : { reason }), change: { status: () => ({ history, inventory, failures: (attempted.failures ?? 0) + 1, ...failedCount }) } });
    return 0;
  }
  const message = `Helm ${action} succeeded for release ${fullName(made)} with chart ${names.chart}`;
  const reason = action === 'install' ? 'InstallSucceeded' : 'UpgradeSucceeded';
  changeStatus<HelmRelease>(context, release, HELM_CONTROLLER, {
    marks: [{ without: 'Reconciling' }, { without: 'Stalled' }, ready('True', reason, message), { type: 'Released', status: 'True', reason, message }],
    status: () => ({ history, inventory, lastAppliedRevision: chart.version }),
    observed: true,
    handled: true,
  });
  context.events.record({ about: release, from: HELM_CONTROLLER.manager, type: 'Normal', reason, message });
  return interval(spec.interval);
}

const fullName = ({ namespace, name, version }: Pick<Snapshot, 'namespace' | 'name' | 'version'>) => `${namespace}/${name}.v${version}`;

interface Act {
  readonly packed: PackedChart;
  readonly values: ComposedValues;
  readonly target: ReleaseTarget;
  readonly action: 'install' | 'upgrade';
  readonly timeout: Duration;
  readonly before: readonly KubeObject[];
}

async function act(context: ApplierContext, release: HelmRelease, { packed, values, target, action, timeout, before }: Act): Promise<{ readonly outcome: ActionOutcome; readonly objects: readonly KubeObject[] } | { readonly unrendered: string }> {
  const { objects } = context;
  const options = release.spec[action] ?? {};
  if (action === 'install' && options.createNamespace && !objects.get('v1', 'Namespace', undefined, target.namespace)) objects.create<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: target.namespace, labels: { name: target.namespace } } }, HELM_CONTROLLER);
  if (!objects.get('v1', 'Namespace', undefined, target.namespace)) return { unrendered: `create: failed to create: namespaces "${target.namespace}" not found` };
  try {
    const rendered = await renderRelease(context, release, { packed, values, target });
    const takesCrds = action === 'install' ? options.crds !== 'Skip' : options.crds === 'Create' || options.crds === 'CreateReplace';
    const outcome = await runAction(context, { action, rendered, before, timeout, waits: !options.disableWait, runsHooks: !options.disableHooks, takesCrds, cancelled: () => trigger(context, release, packed) });
    return { outcome, objects: rendered.objects };
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return { unrendered: error.message };
  }
}

/** A newer spec or chart ends the wait of a release that is on its way. */
function trigger({ objects }: ApplierContext, release: HelmRelease, packed: PackedChart): string | undefined {
  const { metadata } = release;
  const latest = objects.get<HelmRelease>(HELM_RELEASE.apiVersion, HELM_RELEASE.kind, metadata.namespace, metadata.name);
  if (latest?.metadata.generation !== metadata.generation || latest?.metadata.deletionTimestamp) return `${HELM_RELEASE.kind}/${metadata.namespace ?? ''}/${metadata.name}`;
  const { kind, namespace = '', name } = { kind: packed.chart.kind, ...packed.chart.metadata };
  const chart = objects.get<HelmChart>(HELM_CHART.apiVersion, kind, namespace, name);
  return chart?.status?.artifact?.digest === packed.chart.status?.artifact?.digest ? undefined : `${kind}/${namespace}/${name}`;
}

function hasDrifted({ objects }: ApplierContext, { spec }: HelmRelease, latest: Snapshot): boolean {
  if (spec.driftDetection?.mode !== 'enabled') return false;
  return storedObjects(objects, spec.storageNamespace ?? latest.namespace, latest).some((object) => !isInSync(objects, object, HELM_CONTROLLER.manager));
}

interface Failure {
  readonly action: 'install' | 'upgrade';
  readonly message: string;
  readonly reason?: string;
  readonly stored: boolean;
  readonly change: Pick<StatusChange<HelmRelease>, 'status'>;
}

function fail(context: ApplierContext, release: HelmRelease, { action, message, reason = action === 'install' ? 'InstallFailed' : 'UpgradeFailed', change }: Failure): void {
  changeStatus<HelmRelease>(context, release, HELM_CONTROLLER, {
    marks: [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message }, ready('False', reason, message), { type: 'Released', status: 'False', reason, message }],
    ...change,
    handled: true,
  });
  context.events.record({ about: release, from: HELM_CONTROLLER.manager, type: 'Warning', reason, message });
}

/** With the object goes the release, unless it is suspended. */
function uninstall({ objects }: ApplierContext, release: HelmRelease): undefined {
  const target = targetOf(release);
  const latest = release.status?.history?.[0];
  if (!release.spec.suspend && latest) {
    prune(objects, storedObjects(objects, target.storage, latest).map(refOf), [], ({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'] === 'keep');
    forgetReleases(objects, target.storage, { name: target.name, keep: 0 });
  }
  const [namespace = '', name = ''] = (release.status?.helmChart ?? '').split('/');
  if (!release.spec.suspend && objects.get(HELM_CHART.apiVersion, HELM_CHART.kind, namespace, name)) objects.delete(HELM_CHART.apiVersion, HELM_CHART.kind, namespace, name);
  setFinalizer(objects, release, HELM_CONTROLLER, { finalizer: FLUX_FINALIZER, wanted: false });
  return undefined;
}
