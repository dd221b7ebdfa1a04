import { ACTION_NAMES, FAILURE_CLASS_NAMES, failureClasses } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { classActions, mayPropose } from './class-actions.ts';
import { RULES } from './rules.ts';

describe('the table of classes and actions', () => {
  it.each(FAILURE_CLASS_NAMES.filter((name) => failureClasses[name].fixable))('%s, which a manifest can mend, has an action', (name) => {
    expect(classActions[name].length).toBeGreaterThan(0);
  });

  it.each(FAILURE_CLASS_NAMES)('%s has a rule', (name) => {
    expect(RULES[name]).toBeDefined();
  });

  it('uses every action of the catalogue, but for what only two people may do', () => {
    const used = new Set(Object.values(classActions).flat());
    expect(ACTION_NAMES.filter((name) => !used.has(name))).toEqual(['setStrategy', 'abstain']);
  });

  it('holds back what it does not name, and never an abstention', () => {
    expect(mayPropose('StuckTerminating', { action: 'setReplicas', replicas: 2 })).toBe(false);
    expect(mayPropose('OOMKilled', { action: 'setResources', container: 'app', limits: { memory: '1Gi' } })).toBe(true);
    expect(mayPropose('Nonsense', { action: 'setReplicas', replicas: 2 })).toBe(false);
    expect(mayPropose('StuckTerminating', { action: 'abstain', reason: 'x', lookAt: 'y' })).toBe(true);
  });
});
