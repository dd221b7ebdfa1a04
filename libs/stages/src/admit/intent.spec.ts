import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { wordsOf } from './intent.ts';

const cron = (spec: Readonly<Record<string, unknown>>): KubeObject => ({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'report', namespace: 'shop' }, spec });
const budget = (minAvailable: number): KubeObject => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'report', namespace: 'shop' }, spec: { minAvailable } });
const versions = (...all: readonly (readonly KubeObject[])[]) => all.map((objects, index) => ({ commit: String(index).padStart(40, '0'), message: '', at: 0, objects }));
const suspend = [{ path: ['spec', 'suspend'] }];
const asleep = cron({ suspend: true, schedule: '* * * * *' });

describe('what Git has always said', () => {
  it('is meant, whatever else was changed', () => {
    expect(wordsOf(suspend, asleep, versions([asleep], [cron({ suspend: true, schedule: '0 * * * *' })]))).toBe('Git has said so in each of the last 2 commits that it remembers');
  });

  it('is not what a commit said first, what only the cluster says, or what nobody knows', () => {
    expect(wordsOf(suspend, asleep, versions([asleep], [cron({ suspend: false })]))).toBeUndefined();
    expect(wordsOf(suspend, asleep, versions([asleep], [cron({})]))).toBeUndefined();
    expect(wordsOf(suspend, asleep, versions([cron({ suspend: false })]))).toBeUndefined();
    expect(wordsOf(suspend, asleep, versions([cron({})], [cron({})]))).toBeUndefined();
    expect(wordsOf(suspend, asleep, versions([]))).toBeUndefined();
    expect(wordsOf(suspend, asleep, [])).toBeUndefined();
  });

  it('takes in the Services that lead to it: since one does, it is asked for something', () => {
    const both = [{ path: ['spec', 'replicas'] }, { kind: 'Service', path: ['spec', 'selector'], leadsHere: true }];
    const green: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'green', namespace: 'shop' }, spec: { replicas: 0, template: { metadata: { labels: { colour: 'green' } } } } };
    const to = (colour: string): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop', namespace: 'shop' }, spec: { selector: { colour } } });
    expect(wordsOf(both, green, versions([green, to('green')], [green, to('blue')]))).toBeUndefined();
    expect(wordsOf(both, green, versions([green, to('blue')], [green, to('red')]))).toBeDefined();
    expect(wordsOf(both, green, versions([green, to('green')], [green, to('green')]))).toBeDefined();
  });

  it('takes in the budget that bears on it', () => {
    const both = [{ path: ['spec', 'replicas'] }, { kind: 'PodDisruptionBudget', path: ['spec'] }];
    const target = cron({ replicas: 2 });
    expect(wordsOf(both, target, versions([target, budget(2)], [target, budget(2)]))).toBeDefined();
    expect(wordsOf(both, target, versions([target, budget(2)], [target, budget(1)]))).toBeUndefined();
  });
});
