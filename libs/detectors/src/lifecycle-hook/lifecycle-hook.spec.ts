import { fingerprintOf, type KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, podEvent, running, second, waiting, world, type PodParts } from '../pod.fixture.ts';
import { crashLoop } from '../crash-loop/crash-loop.ts';
import { lifecycleHook } from './lifecycle-hook.ts';

const inspect = (parts: PodParts, ...events: readonly KubeObject[]) => inspectPurely(lifecycleHook, aPod(parts), world(...events));
const ended = { terminated: { reason: 'Completed', exitCode: 0, startedAt: second(60), finishedAt: second(61) } };
const hookFailed = (at: number) => podEvent('FailedPostStartHook', 'PostStartHook failed', { at, container: 'app' });

describe('lifecycle-hook', () => {
  it('sees one failure while the error and the back-off alternate', () => {
    const findings = [
      ...inspect({ app: { restartCount: 2, state: waiting('PostStartHookError', 'Exec lifecycle hook ([/warm-up]) for Container "app" in Pod "checkout-1_shop(0b)" failed'), lastState: ended } }),
      ...inspect({ app: { restartCount: 3, state: waiting('CrashLoopBackOff', 'back-off 10s'), lastState: ended } }, hookFailed(60)),
    ];
    expect(findings).toMatchObject([{ class: 'LifecycleHookFailed', subCause: 'PostStart' }, { class: 'LifecycleHookFailed', target: { name: 'checkout', container: 'app' } }]);
    expect(new Set(findings.map((finding) => fingerprintOf('prod-1', finding))).size).toBe(1);
  });

  it('says more about such a container than crash-loop does', () => {
    expect(crashLoop.explainedBy).toContain('lifecycle-hook');
    expect(lifecycleHook.dwell.restarts).toBe(2);
  });

  it.each<[string, PodParts, readonly KubeObject[]]>([
    ['a crash long after its hook had failed once', { app: { restartCount: 3, state: waiting('CrashLoopBackOff'), lastState: ended } }, [hookFailed(10)]],
    ['a crash that no hook has to do with', { app: { restartCount: 3, state: waiting('CrashLoopBackOff'), lastState: ended } }, []],
    ['a hook of another container', { app: { restartCount: 3, state: waiting('CrashLoopBackOff'), lastState: ended } }, [podEvent('FailedPostStartHook', 'PostStartHook failed', { at: 60, container: 'sidecar' })]],
    ['a pod that is being deleted', { metadata: { deletionTimestamp: second(0) }, app: { state: waiting('PostStartHookError') } }, []],
    ['a container that runs again', { app: { restartCount: 1, state: running, ready: true, lastState: ended } }, [hookFailed(60)]],
  ])('is silent about %s', (_what, parts, events) => {
    expect(inspect(parts, ...events)).toEqual([]);
  });
});
