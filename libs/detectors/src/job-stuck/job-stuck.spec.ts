import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { anOwner, worldOf } from '../owner.fixture.ts';
import { jobStuck } from './job-stuck.ts';

const job = anOwner('Job', { name: 'migrate' });
const done = (exitCode = 0) => ({ name: 'app', state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } } });
const runs = (name: string) => ({ name, state: { running: { startedAt: '2026-01-05T09:00:00Z' } } });
const pod = (containerStatuses: readonly unknown[], { owner = job, phase = 'Running', restartPolicy = 'Never' }: { readonly owner?: KubeObject; readonly phase?: string; readonly restartPolicy?: string } = {}) => anOwner('Pod', { name: 'migrate-x', owner, spec: { restartPolicy }, status: { phase, containerStatuses } });
const inspect = (object: KubeObject, ...others: readonly KubeObject[]) => inspectPurely(jobStuck, object, worldOf(job, object, ...others));

describe('job-stuck', () => {
  it('reports the container that runs on when the work is done', () => {
    expect(inspect(pod([done(), runs('proxy')]))).toEqual([{
      class: 'JobStuck', subCause: 'SidecarRunning', target: { apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name: 'migrate', container: 'proxy' },
      observation: { reason: 'SidecarRunning', message: 'container app is done, and container proxy keeps the pod from ending' },
    }]);
  });

  it('says when the work has failed behind it', () => {
    expect(inspect(pod([done(2), runs('proxy')]))).toMatchObject([{ observation: { exitCode: 2 } }]);
  });

  it.each<[string, KubeObject]>([
    ['a Job whose containers all work', pod([runs('app'), runs('proxy')])],
    ['a Job that is done', pod([done(), { name: 'proxy', state: { terminated: { exitCode: 0 } } }], { phase: 'Succeeded' })],
    ['a container that is about to be restarted', pod([done(1), runs('proxy')], { restartPolicy: 'OnFailure' })],
    ['a pod that is not a Job\'s', pod([done(), runs('proxy')], { owner: anOwner('ReplicaSet') })],
    ['a pod with one container', pod([runs('app')])],
  ])('is silent about %s', (_what, object) => {
    expect(inspect(object)).toEqual([]);
  });
});
