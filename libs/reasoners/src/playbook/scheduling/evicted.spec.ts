import { describe, expect, it } from 'vitest';
import type { GitChange } from '@fleetmend/plugin-api';
import { aCase, gitChange } from '../case.fixture.ts';
import { evicted } from './evicted.ts';
import { CHECKOUT, POD } from './scheduling.fixture.ts';

const SIZE = [...POD, 'volumes', '[name=cache]', 'emptyDir', 'sizeLimit'];
const answer = (subCause: string, message: string, parts: { template?: object; pod?: object; changes?: readonly GitChange[] } = {}) =>
  evicted(aCase({ class: 'Evicted', subCause, message, ...(parts as object) })).candidates.map((action) => (action.action === 'abstain' ? action.reason : action.action === 'restoreField' ? `restore ${action.path.at(-1) ?? ''}` : 'fields' in action ? `${action.action} ${String(action.fields[0]?.value)}` : action.action === 'setResources' ? `limit ${action.limits?.['ephemeral-storage'] ?? ''}` : action.action));

describe('a workload that nodes evict', () => {
  const FULL = 'Usage of EmptyDir volume "cache" exceeds the limit "100Mi". ';
  const cache = { volumes: [{ name: 'cache', emptyDir: { sizeLimit: '100Mi' } }] };

  it('gets the room back that its volume had', () => {
    expect(answer('EmptyDirSize', FULL, { pod: cache, changes: [gitChange(SIZE, '1Gi', '100Mi', { object: CHECKOUT })] })).toEqual(['restore sizeLimit', 'setVolume 200Mi']);
  });

  it('gets twice the room where it never had more', () => {
    expect(answer('EmptyDirSize', FULL, { pod: cache })).toEqual(['setVolume 200Mi']);
  });

  it('gets twice its limit for files', () => {
    expect(answer('EphemeralStorage', 'Container app exceeded its local ephemeral storage limit "500Mi". ', { template: { resources: { limits: { 'ephemeral-storage': '500Mi' } } } })).toEqual(['limit 1000Mi']);
  });

  it('gets the request back that kept it off full nodes', () => {
    expect(answer('NodeMemory', 'The node was low on resource: memory.', { template: { resources: { requests: { memory: '32Mi' } } }, changes: [gitChange(['resources', 'requests', 'memory'], '512Mi', '32Mi')] })).toEqual(['restore memory']);
  });

  it.each([
    ['NodeMemory', 'NodeShort'], ['NodeStorage', 'NodeShort'], ['NodeProcesses', 'NodeShort'], ['EphemeralStorage', 'NoSuchLimit'], ['EmptyDirSize', 'SizeUnknown'],
  ])('is left to a person where nothing in Git explains %s', (subCause, reason) => {
    expect(answer(subCause, 'The node was low.')).toEqual([reason]);
  });
});
