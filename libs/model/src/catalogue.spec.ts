import { describe, expect, it } from 'vitest';
import { ACTION_NAMES, Action } from './action.ts';
import { FIELD_ACTION_NAMES, fieldActions, isGuardPath, matchesPattern } from './catalogue.ts';

const { setProbe, setSelector, setScheduling } = fieldActions;
const probe = ['containers', '[name=app]', 'livenessProbe', 'httpGet', 'port'];

describe('a pattern of the catalogue', () => {
  it.each([
    ['Deployment', ['spec', 'template', 'spec']],
    ['CronJob', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
    ['Pod', ['spec']],
  ])('finds the container of a %s where that kind keeps it, and answers what is free', (kind, pod) => {
    expect(matchesPattern(setProbe.sets, kind, [...pod, ...probe])).toEqual(['[name=app]']);
  });

  it('knows where a template has its labels', () => {
    expect(matchesPattern(setSelector.sets, 'Deployment', ['spec', 'template', 'metadata', 'labels', 'app'])).toEqual(['app']);
    expect(matchesPattern(setSelector.sets, 'Pod', ['metadata', 'labels', 'app'])).toEqual(['app']);
  });

  it('lets ** stand for one segment or more', () => {
    expect(matchesPattern(setScheduling.sets, 'Deployment', ['spec', 'template', 'spec', 'affinity', 'nodeAffinity', 'x'])).toEqual(['nodeAffinity', 'x']);
    expect(matchesPattern(setScheduling.sets, 'Deployment', ['spec', 'template', 'spec', 'affinity'])).toBeUndefined();
  });

  it.each([
    ['another field', 'Deployment', ['spec', 'template', 'spec', 'containers', '[name=app]', 'command']],
    ['a longer path', 'Deployment', ['spec', 'template', 'spec', ...probe, 'x']],
    ['a shorter path', 'Deployment', ['spec', 'template', 'spec', 'containers', '[name=app]', 'livenessProbe']],
    ['another kind', 'Service', ['spec', 'template', 'spec', ...probe]],
  ])('does not fit %s', (_, kind, path) => {
    expect(matchesPattern(setProbe.sets, kind, path)).toBeUndefined();
  });
});

it('every action that sets fields is in the schema, and the list of names is whole', () => {
  const inSchema = Action.options.map((option) => option.shape.action.value);
  expect(inSchema).toEqual([...ACTION_NAMES]);
  for (const name of FIELD_ACTION_NAMES) expect(inSchema).toContain(name);
});

it('no action may take a guard out', () => {
  for (const facts of Object.values(fieldActions)) {
    const removed = 'removes' in facts ? facts.removes.flatMap(({ paths }) => paths) : [];
    // Capabilities and privilege are what a security context loosens: without them it is tighter.
    for (const path of removed) expect(isGuardPath(path.split('/')) && !/capabilities\/add|privileged/.test(path)).toBe(false);
  }
});
