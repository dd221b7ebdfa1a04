import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, podEvent, second, waiting, world, type PodParts } from '../pod.fixture.ts';
import { readinessProbe } from './readiness-probe.ts';

const inspect = (parts: PodParts, ...events: readonly KubeObject[]) => inspectPurely(readinessProbe, aPod(parts), world(...events));
const unhealthy = (text: string, at = 30, probe = 'Readiness probe failed') => podEvent('Unhealthy', `${probe}: ${text}`, { at, container: 'app' });
const runs = (app: object = {}): PodParts => ({ app: { ready: false, started: true, state: { running: { startedAt: second(0) } }, ...app } });
const NOT_FOUND = 'HTTP probe failed with statuscode: 404';

describe('readiness-probe', () => {
  it('reports a container that runs and is never ready', () => {
    expect(inspect(runs(), unhealthy(NOT_FOUND))).toMatchObject([{ class: 'ProbeFailed', subCause: 'ReadinessNotFound', target: { kind: 'Deployment', name: 'checkout', container: 'app' }, observation: { reason: 'Unhealthy', restarts: 0 } }]);
  });

  it('reports a probe that cannot be tried, of readiness and of startup', () => {
    const unknown = 'strconv.Atoi: parsing "web": invalid syntax';
    expect(inspect(runs(), unhealthy(unknown, 30, 'Readiness probe errored and resulted in unknown state'))[0]?.subCause).toBe('ReadinessPortUnknown');
    expect(inspect(runs({ started: false }), unhealthy(unknown, 30, 'Startup probe errored and resulted in unknown state'))[0]?.subCause).toBe('StartupPortUnknown');
    expect(inspect(runs(), unhealthy('rpc error: code = Unknown desc = failed to exec in container: failed to start exec "1a": OCI runtime exec failed', 30, 'Readiness probe errored and resulted in unknown state'))[0]?.subCause).toBe('ReadinessCommandNotFound');
  });

  it('waits longer for what a program says of itself than for a wrong address', () => {
    const patienceOf = (text: string) => inspect(runs(), unhealthy(text)).map((finding) => readinessProbe.patience?.(finding));
    expect(readinessProbe.dwell.time).toBe(30_000);
    expect(patienceOf(NOT_FOUND)).toEqual([0]);
    expect(patienceOf('HTTP probe failed with statuscode: 503')).toEqual([150_000]);
  });

  it('reports a container that was restarted once, when it has lived long enough since', () => {
    expect(inspect(runs({ restartCount: 1, state: { running: { startedAt: second(100) } } }), unhealthy(NOT_FOUND, 130))).toHaveLength(1);
    expect(inspect(runs({ restartCount: 1, state: { running: { startedAt: second(100) } } }), unhealthy(NOT_FOUND, 110))).toEqual([]);
  });

  it.each<[string, PodParts, readonly KubeObject[]]>([
    ['a container that became ready', runs({ ready: true }), [unhealthy(NOT_FOUND)]],
    ['a container that is not ready for another reason', runs(), []],
    ['what an earlier life was told', runs({ restartCount: 1, state: { running: { startedAt: second(60) } } }), [unhealthy(NOT_FOUND, 30)]],
    ['a startup probe that still has tries left', runs({ started: false }), [unhealthy(NOT_FOUND, 30, 'Startup probe failed')]],
    ['a liveness probe that fails', runs(), [unhealthy(NOT_FOUND, 30, 'Liveness probe failed')]],
    ['a container that crashes', { app: { restartCount: 3, state: waiting('CrashLoopBackOff') } }, [unhealthy(NOT_FOUND)]],
    ['a pod that is being deleted', { ...runs(), metadata: { deletionTimestamp: second(0) } }, [unhealthy(NOT_FOUND)]],
  ])('is silent about %s', (_what, parts, events) => {
    expect(inspect(parts, ...events)).toEqual([]);
  });
});
