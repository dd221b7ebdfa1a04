import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { changesByOthers } from './others-changes.ts';

const config = (data: object): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'pay', namespace: 'shop' }, data }) as KubeObject;
const pod = (...env: readonly object[]): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pay', namespace: 'shop' }, spec: { containers: [{ name: 'app', env }] } }) as KubeObject;

/** Oldest first; `!` before a commit's name marks ours. */
function line(...states: readonly (readonly [string, KubeObject])[]) {
  return states.map(([name, object], index) => ({ commit: name.replace('!', ''), message: name, at: index, objects: [object], ...(name.startsWith('!') ? { ours: true as const } : {}) })).reverse();
}

const told = (versions: ReturnType<typeof line>, merged?: ReadonlySet<string>) => changesByOthers(versions, merged).map(({ commit, beforeCommit, path, before, after }) => [commit, beforeCommit, path.slice(-2).join('/'), before, after]);

describe('without our repairs, what commits changed', () => {
  it('is all of it where none was needed', () => {
    expect(told(line(['a', config({ k: '1' })], ['b', config({ k: '2' })]))).toEqual([['b', 'a', 'data/k', '1', '2']]);
  });

  it('lacks what ours put back, and what it changed otherwise', () => {
    const versions = line(['a', config({ k: '1', l: '1' })], ['b', config({ k: '2', l: '2' })], ['!c', config({ k: '1', l: '2', size: '9' })]);
    expect(told(versions)).toEqual([['b', 'a', 'data/l', '1', '2']]);
  });

  it('lacks what a squashed commit put back that does not say whose it is', () => {
    const versions = line(['a', config({ k: '1' })], ['b', config({ k: '2' })], ['c', config({ k: '1' })]);
    expect(told(versions)).toHaveLength(2);
    expect(told(versions, new Set(['c']))).toEqual([]);
  });

  it('shows again what came before the change that was undone', () => {
    const versions = line(['a', config({ url: 'good' })], ['b', config({ url: 'bad' })], ['c', config({ address: 'bad' })], ['!d', config({ url: 'bad' })]);
    expect(told(versions)).toEqual([['b', 'a', 'data/url', 'good', 'bad']]);
  });

  it('shows under its first name what changed while it had another one', () => {
    const versions = line(['a', pod({ name: 'DB', value: 'pg' })], ['b', pod({ name: 'DATABASE', value: 'pg' })], ['c', pod({ name: 'DATABASE', value: 'p' })], ['!d', pod({ name: 'DB', value: 'p' })]);
    expect(told(versions)).toContainEqual(['b', 'a', '[name=DB]/value', 'pg', 'p']);
    expect(told(versions).filter(([, , path]) => path === '0/name')).toEqual([]);
  });

  it('shows what somebody changed after ours', () => {
    const versions = line(['a', config({ k: '1' })], ['b', config({ k: '2' })], ['!c', config({ k: '1' })], ['d', config({ k: '3' })]);
    expect(told(versions)).toEqual([['d', 'c', 'data/k', '1', '3']]);
  });

  it('holds an object that ours brought back for neither gone nor new', () => {
    const other: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'pay', namespace: 'shop' } };
    const versions = [{ objects: [config({ k: '1' }), other], ours: true as const }, { objects: [other] }, { objects: [config({ k: '1' }), other] }].map((version, index) => ({ ...version, commit: `c${index}`, message: '', at: -index }));
    expect(changesByOthers(versions)).toEqual([]);
  });
});
