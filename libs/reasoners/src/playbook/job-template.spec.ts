import type { Action } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { aCase, commit } from './case.fixture.ts';
import { withJobTemplate } from './job-template.ts';

const image: Action = { action: 'setImage', container: 'app', image: 'shop:1', provenance: 'GitHistory' };
const args: Action = { action: 'restoreField', path: ['spec', 'template', 'spec', 'containers', '[name=app]', 'args', '0'], commit: commit(1) };
const deadline: Action = { action: 'restoreField', path: ['spec', 'activeDeadlineSeconds'], commit: commit(1) };
const map: Action = { ...args, object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' }, path: ['data', 'HOST'] };
const answer = (kind: string, ...candidates: readonly Action[]) => {
  const base = aCase({ class: 'CrashLoopBackOff' });
  return withJobTemplate(() => ({ cause: 'it', confidence: 0.9, cites: [], candidates }))({ ...base, target: { ...base.target, kind } }).candidates;
};

it.each([[image], [args]])('a repair of a Job\'s template is told to a person', (action) => {
  expect(answer('Job', action)).toMatchObject([{ action: 'abstain', reason: 'JobTemplateImmutable' }]);
});

it('a repair of something else is made', () => {
  expect(answer('Job', deadline)).toEqual([deadline]);
  expect(answer('Job', args, map)).toEqual([map]);
  expect(answer('CronJob', args)).toEqual([args]);
});
