import { fingerprintOf, type KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { crashLoop } from '../crash-loop/crash-loop.ts';
import { aPod, podEvent, second, waiting, world, type PodParts } from '../pod.fixture.ts';
import { livenessProbe } from './liveness-probe.ts';

const inspect = (parts: PodParts, ...events: readonly KubeObject[]) => inspectPurely(livenessProbe, aPod(parts), world(...events));
const ended = (exitCode: number, reason = 'Error') => ({ terminated: { reason, exitCode, startedAt: second(0), finishedAt: second(31) } });
const unhealthy = (text: string, at = 30, probe = 'Liveness probe failed') => podEvent('Unhealthy', `${probe}: ${text}`, { at, container: 'app' });
const killing = (at = 30, probe = 'liveness', container = 'app') => podEvent('Killing', `Container ${container} failed ${probe} probe, will be restarted`, { at, container });
const looping = (end: object): PodParts => ({ app: { restartCount: 3, state: waiting('CrashLoopBackOff'), lastState: end } });
const REFUSED = 'Get "http://10.244.1.7:8081/healthz": dial tcp 10.244.1.7:8081: connect: connection refused';

describe('liveness-probe', () => {
  it.each([
    ['HTTP probe failed with statuscode: 404', 'LivenessNotFound'],
    ['HTTP probe failed with statuscode: 503', 'LivenessServerError'],
    ['HTTP probe failed with statuscode: 403', 'LivenessUnauthorized'],
    [REFUSED, 'LivenessRefused'],
    ['Get "http://10.244.1.7:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)', 'LivenessTimedOut'],
    ['Get "https://10.244.1.7:8080/healthz": http: server gave HTTP response to HTTPS client', 'LivenessWrongScheme'],
    ['HTTP probe failed with statuscode: 400', 'LivenessWrongScheme'],
    ['dial tcp 10.244.1.7:9000: connect: connection refused', 'LivenessRefused'],
    ['timeout: failed to connect service "10.244.1.7:9000" within 1s: context deadline exceeded', 'LivenessRefused'],
    ['ERROR: no heartbeat', 'LivenessFailed'],
  ])('reports %s', (text, subCause) => {
    const [finding, ...others] = inspect(looping(ended(137)), unhealthy(text), killing());
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ class: 'ProbeFailed', subCause, target: { kind: 'Deployment', name: 'checkout', container: 'app' }, observation: { reason: 'Unhealthy', restarts: 3 } });
  });

  it('sees one failure through the whole loop, whatever the first probes of each life meet', () => {
    const notes = [unhealthy(REFUSED, 5), unhealthy('HTTP probe failed with statuscode: 404', 50), killing(30)];
    const again = { running: { startedAt: second(40) } };
    const findings = [looping(ended(0, 'Completed')), { app: { restartCount: 4, state: again, lastState: ended(0, 'Completed') } }].flatMap((parts) => inspect(parts, ...notes));
    expect(findings.map(({ subCause }) => subCause)).toEqual(['LivenessNotFound', 'LivenessNotFound']);
    expect(new Set(findings.map((finding) => fingerprintOf('prod-1', finding))).size).toBe(1);
  });

  it('reports a startup probe under its own name', () => {
    const [finding] = inspect(looping(ended(143)), unhealthy(REFUSED, 30, 'Startup probe failed'), killing(30, 'startup'));
    expect(finding?.subCause).toBe('StartupRefused');
  });

  it('knows a container that its probe ended by its exit code where the event is an old one', () => {
    expect(inspect(looping({ terminated: { reason: 'Error', exitCode: 137, startedAt: second(600), finishedAt: second(630) } }), unhealthy(REFUSED), killing())).toHaveLength(1);
  });

  it('says more about such a container than crash-loop does', () => {
    expect(crashLoop.explainedBy).toContain('liveness-probe');
    expect(livenessProbe.dwell.restarts).toBe(2);
  });

  it.each<[string, PodParts, readonly KubeObject[]]>([
    ['a crash of its own beside an old kill', looping({ terminated: { reason: 'Error', exitCode: 1, startedAt: second(600), finishedAt: second(630) } }), [unhealthy(REFUSED), killing()]],
    ['a kill for memory', looping(ended(137, 'OOMKilled')), [unhealthy(REFUSED), killing()]],
    ['a probe that failed and let the container live', { app: { restartCount: 3, state: { running: { startedAt: second(0) } } } }, [unhealthy(REFUSED)]],
    ['a container that runs well after one kill', { app: { restartCount: 1, ready: true, state: { running: { startedAt: second(40) } }, lastState: ended(137) } }, [unhealthy(REFUSED, 30), killing(30)]],
    ['a kill of another container', looping(ended(1)), [podEvent('Killing', 'Container proxy failed liveness probe, will be restarted', { at: 30, container: 'proxy' })]],
    ['a pod that is being deleted', { ...looping(ended(137)), metadata: { deletionTimestamp: second(0) } }, [unhealthy(REFUSED), killing()]],
  ])('is silent about %s', (_what, parts, events) => {
    expect(inspect(parts, ...events)).toEqual([]);
  });
});
