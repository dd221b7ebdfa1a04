import { fingerprintOf, type KubeObject } from '@fleetmend/model';
import { inspectPurely, worldOf } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, deployment, replicaSet, running, terminated, waiting, world, type PodParts } from '../pod.fixture.ts';
import { crashLoop } from './crash-loop.ts';

const inspect = (parts: PodParts) => inspectPurely(crashLoop, aPod(parts), world());
const looping = (end: object, restartCount = 3, message?: string): PodParts => ({ app: { restartCount, state: waiting('CrashLoopBackOff', message), lastState: end } });
const RUNC = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';
const START_ERROR = `${RUNC}exec: "/nope": stat /nope: no such file or directory: unknown`;

describe('crash-loop', () => {
  it.each([
    ['a failing program', terminated('Error', 1), undefined, 'ends with exit code 1'],
    ['a program that has nothing to keep doing', terminated('Completed', 0), 'Completed', 'ends with exit code 0 although it should keep running'],
    ['a command that does not exist', terminated('StartError', 128, START_ERROR), 'NotStarted', 'cannot be started: exec: "/nope": stat /nope: no such file or directory'],
    ['a tool that a shell does not find', terminated('Error', 127), 'NotStarted', 'cannot be started: exit code 127'],
    ['a crash', terminated('Error', 139), 'Crashed', 'is ended by signal 11'],
    ['a program that gives itself up', terminated('Error', 134), 'Crashed', 'is ended by signal 6'],
    ['a kill that nobody explains', terminated('Error', 137), 'Killed', 'is ended by signal 9'],
    ['a program that is asked to end', terminated('Error', 143), 'Terminated', 'is ended by signal 15'],
    ['a program for other machines', terminated('StartError', 128, `${RUNC}exec /labapp: exec format error: unknown`), 'WrongArchitecture', 'cannot be started: exec /labapp: exec format error'],
    ['a file that may not be executed', terminated('StartError', 128, `${RUNC}exec: "/etc/app/run": permission denied: unknown`), 'NotStarted', 'cannot be started: exec: "/etc/app/run": permission denied'],
    ['a mount of the wrong type', terminated('StartError', 128, `${RUNC}error mounting "/a" to rootfs at "/etc/app.yaml": not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?`), 'MountMismatch', 'cannot be started: error mounting "/a" to rootfs at "/etc/app.yaml": not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?'],
    ['a working directory that is not there', terminated('StartError', 128, `${RUNC}chdir to cwd ("/app") set in config.json failed: no such file or directory: unknown`), 'WorkingDirectory', 'cannot be started: chdir to cwd ("/app") set in config.json failed: no such file or directory'],
  ])('reports %s, and says how it ends', (_what, end, subCause, message) => {
    const [finding] = inspect(looping(end));
    expect(finding).toMatchObject({ class: 'CrashLoopBackOff', observation: { message, restarts: 3 }, target: { kind: 'Deployment', name: 'checkout', container: 'app' } });
    expect(finding?.subCause).toBe(subCause);
  });

  it('sees one failure whatever delay the kubelet counts and whatever the program says as it ends', () => {
    const fingerprints = [
      looping(terminated('Error', 1), 3, 'back-off 10s restarting failed container=app pod=checkout-7d9f8c6b5-x2x4z_shop(0b1c)'),
      looping(terminated('Error', 2, 'panic at 09:14:02: connection lost'), 9, 'back-off 5m0s restarting failed container=app'),
    ].flatMap((parts) => inspect(parts)).map((finding) => fingerprintOf('prod-1', finding));
    expect(fingerprints).toHaveLength(2);
    expect(new Set(fingerprints).size).toBe(1);
  });

  it('tells apart what cannot start from what runs and fails', () => {
    const [a, b] = [terminated('StartError', 128, START_ERROR), terminated('Error', 1)].map((end) => inspect(looping(end))[0]);
    expect(a && b && fingerprintOf('prod-1', a) !== fingerprintOf('prod-1', b)).toBe(true);
  });

  it('sees the same failure in the moment in which a start has just failed', () => {
    const end = terminated('StartError', 128, START_ERROR);
    const findings = ['RunContainerError', 'CrashLoopBackOff'].flatMap((reason) => inspect({ app: { restartCount: 3, state: waiting(reason, START_ERROR), lastState: end } }));
    expect(new Set(findings.map((finding) => fingerprintOf('prod-1', finding))).size).toBe(1);
    expect(findings).toHaveLength(2);
  });

  it('needs two restarts to be believed, and gives way to what says more', () => {
    expect(crashLoop.dwell.restarts).toBe(2);
    expect(crashLoop.explainedBy).toEqual(['oom-killed', 'lifecycle-hook', 'liveness-probe']);
  });

  it.each<[string, PodParts]>([
    ['a loop that memory kills cause', looping(terminated('OOMKilled', 137))],
    ['one restart that healed', { app: { restartCount: 1, state: running, lastState: terminated('Error', 1), ready: true } }],
    ['the moment between an end and its restart', { app: { restartCount: 7, state: terminated('Error', 1), lastState: terminated('Error', 1) } }],
    ['a pod of the old ReplicaSet on its way out', { ...looping(terminated('Error', 143)), metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' } }],
    ['a container that waits to be created', { app: { state: waiting('ContainerCreating') } }],
    ['a pod that is not restarted in place', { ...looping(terminated('Error', 1)), spec: { restartPolicy: 'Never' } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});

describe('the target', () => {
  const find = (parts: PodParts, ...objects: readonly KubeObject[]) => inspectPurely(crashLoop, aPod({ ...looping(terminated('Error', 1)), ...parts }), worldOf(...objects))[0]?.target;

  it('waits until the owners are known, so that a failure never changes its name', () => {
    expect(find({})).toBeUndefined();
    expect(find({}, replicaSet)).toBeUndefined();
    expect(find({}, replicaSet, deployment)).toMatchObject({ kind: 'Deployment', name: 'checkout' });
  });

  it('is an owner of a kind that we do not watch, by its reference', () => {
    const rollout = { ...replicaSet, metadata: { ...replicaSet.metadata, ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'checkout', uid: 'u', controller: true }] } };
    expect(find({}, rollout)).toEqual({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace: 'shop', name: 'checkout', container: 'app' });
  });

  it.each([
    ['has no owner', undefined],
    ['is a static pod of its node', [{ apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: 'u', controller: true }]],
  ])('is the pod itself when it %s', (_what, ownerReferences) => {
    expect(find({ metadata: { ownerReferences } })).toMatchObject({ kind: 'Pod', name: 'checkout-7d9f8c6b5-x2x4z' });
  });
});
