import type { Duration } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import { applyObject, findLive, prune, refOf } from '../apply-objects.ts';
import type { ApplierContext } from '../context.ts';
import { kstatusOf } from '../kstatus.ts';
import { HOOK } from './helm-render.ts';
import type { RenderedRelease } from './helm-render.ts';
import { HELM_CONTROLLER } from './helm-storage.ts';
import { inApplyOrder } from './staged-apply.ts';
import { waitForSet } from './wait.ts';

export interface ActionInput {
  readonly action: 'install' | 'upgrade';
  readonly rendered: RenderedRelease;
  /** What the release before held. */
  readonly before: readonly KubeObject[];
  readonly timeout: Duration;
  readonly waits: boolean;
  readonly runsHooks: boolean;
  readonly takesCrds: boolean;
  readonly cancelled: () => string | undefined;
}

export type ActionOutcome = { readonly done: true } | { readonly failed: string } | { readonly cancelled: string };

/** Definitions, hooks before, the objects one after the other, what is left over, the wait, hooks after; the first failure ends it. */
export async function runAction(context: ApplierContext, input: ActionInput): Promise<ActionOutcome> {
  const { action, rendered, before, takesCrds } = input;
  const { objects } = context;
  for (const crd of takesCrds ? rendered.crds : []) {
    const outcome = applyObject(objects, crd, { ...HELM_CONTROLLER, dryRun: false });
    if ('reason' in outcome) return { failed: `failed to install CRD: ${outcome.message}` };
  }
  const early = await runHooks(context, input, `pre-${action}`);
  if (early) return early;
  for (const object of inApplyOrder(rendered.objects)) {
    const outcome = applyObject(objects, object, { ...HELM_CONTROLLER, dryRun: false });
    // Source: helm.sh/helm/v4, pkg/kube/client.go, which applies on the server's side.
    if ('reason' in outcome) return { failed: `server-side apply failed for object ${outcome.ref.namespace}/${outcome.ref.name} ${object.apiVersion}, Kind=${object.kind}: ${outcome.message}` };
  }
  const isKept = ({ metadata }: KubeObject) => metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
  prune(objects, before.map(refOf), rendered.objects.map(refOf), isKept);
  if (input.waits) {
    const refs = rendered.objects.map(refOf);
    const waited = await waitForSet(context, { refs, timeout: input.timeout, cancelled: input.cancelled });
    if ('cancelled' in waited) return waited;
    if ('failed' in waited) return { failed: notReady(context, rendered.objects) };
  }
  return (await runHooks(context, input, `post-${action}`)) ?? { done: true };
}

/** Source: helm.sh/helm/v4, pkg/kube/statuswait.go. */
function notReady({ objects }: ApplierContext, wanted: readonly KubeObject[]): string {
  const left = wanted.map((object) => ({ ref: refOf(object), ...kstatusOf(findLive(objects, refOf(object))) })).filter(({ status }) => status !== 'Current');
  return [...left.map(({ ref, status, message }) => `resource ${ref.kind}/${ref.namespace}/${ref.name} not ready. status: ${status}, message: ${message}`), 'context deadline exceeded'].join('\n');
}

/** By weight, each to its end. Source: helm.sh/docs/topics/charts_hooks. */
async function runHooks(context: ApplierContext, { rendered, timeout, runsHooks, cancelled }: ActionInput, phase: string): Promise<ActionOutcome | undefined> {
  const { objects } = context;
  const weight = ({ metadata }: KubeObject) => Number(metadata.annotations?.['helm.sh/hook-weight'] ?? 0);
  const own = runsHooks ? rendered.hooks.filter(({ metadata }) => (metadata.annotations?.[HOOK] ?? '').split(',').map((one) => one.trim()).includes(phase)) : [];
  for (const hook of [...own].sort((a, b) => weight(a) - weight(b) || (a.metadata.name < b.metadata.name ? -1 : 1))) {
    const policies = (hook.metadata.annotations?.['helm.sh/hook-delete-policy'] ?? 'before-hook-creation').split(',').map((one) => one.trim());
    if (policies.includes('before-hook-creation')) prune(objects, [refOf(hook)], [], () => false);
    const outcome = applyObject(objects, hook, { ...HELM_CONTROLLER, dryRun: false });
    if ('reason' in outcome) return { failed: `failed ${phase}: warning: Hook ${phase} failed: ${outcome.message}` };
    if (hook.kind === 'Job' || hook.kind === 'Pod') {
      const waited = await waitForSet(context, { refs: [outcome.ref], timeout, cancelled });
      if ('cancelled' in waited) return waited;
      if ('failed' in waited) {
        if (policies.includes('hook-failed')) prune(objects, [outcome.ref], [], () => false);
        return { failed: `failed ${phase}: ${waited.failed}` };
      }
    }
    if (policies.includes('hook-succeeded')) prune(objects, [outcome.ref], [], () => false);
  }
  return undefined;
}
