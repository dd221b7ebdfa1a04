import type { GitVersion } from '@fleetmend/plugin-api';
import { expect, it } from 'vitest';
import { changesBetween } from './git-changes.ts';
import { withoutRepairs } from './put-back-since.ts';

const version = (at: number, region: string): GitVersion => ({ commit: `c${at}`, message: '', at, objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'env', namespace: 'shop' }, data: { region } }] });
const left = (since: number | undefined, ...versions: readonly GitVersion[]) => withoutRepairs(changesBetween(versions), versions, since).map(({ commit }) => commit);

it('what somebody put back since it fails is their repair, and never the cause', () => {
  expect(left(25, version(30, 'eu'), version(20, 'eu-west'), version(10, 'eu'))).toEqual(['c20']);
});

it('what was put back before it failed may be the cause: the revert of a repair, or a reland', () => {
  expect(left(35, version(30, 'eu-west'), version(20, 'eu'), version(15, 'eu-west'), version(10, 'eu'))).toEqual(['c30', 'c20', 'c15']);
  expect(left(undefined, version(30, 'eu'), version(20, 'eu-west'), version(10, 'eu'))).toEqual(['c30', 'c20']);
});

it('so may something new that came since: a failure that stays open may have another cause by now', () => {
  expect(left(25, version(30, 'us'), version(20, 'eu-west'), version(10, 'eu'))).toEqual(['c30', 'c20']);
});
