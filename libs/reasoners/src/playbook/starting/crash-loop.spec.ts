import { describe, expect, it } from 'vitest';
import { aCase, commit, CONTAINER_PATH, historyOfField, replicaSet } from '../case.fixture.ts';
import { crashLoop } from './crash-loop.ts';

type Parts = Omit<Parameters<typeof aCase>[0], 'class'>;
const NEW = { args: ['--port=x'], command: ['/run'] };
const answer = (parts: Parts) => crashLoop(aCase({ class: 'CrashLoopBackOff', template: NEW, ...parts }));
const reasonOf = (parts: Parts) => answer(parts).candidates.map((action) => (action.action === 'abstain' ? action.reason : action.action));

describe('a container that crashes since one change', () => {
  const oneChange = { history: [historyOfField(['args'], ['--port=x'], ['--port=8080'])] };

  it('gets that field back from the commit that still had it', () => {
    expect(answer(oneChange).candidates).toEqual([{ action: 'restoreField', path: [...CONTAINER_PATH, 'args'], commit: commit(1) }]);
  });

  it('is diagnosed with more confidence where a ready pod proves the earlier value', () => {
    const proved = answer({ ...oneChange, related: [replicaSet('checkout-1', { args: ['--port=8080'] }, 1)] });
    expect(proved.confidence).toBeGreaterThan(answer(oneChange).confidence);
  });

  it('still gets it back when the crashing pod happens to be ready for a moment', () => {
    expect(reasonOf({ ...oneChange, related: [replicaSet('checkout-2', NEW, 1)] })).toEqual(['restoreField']);
  });

  it('is not blamed on a change that a ready pod of another revision already has', () => {
    const history = [...oneChange.history, historyOfField(['command'], ['/run'], ['/start'])];
    expect(answer({ history, related: [replicaSet('checkout-2', { args: ['--port=8080'], command: ['/run'] }, 1)] }).candidates).toEqual([
      { action: 'restoreField', path: [...CONTAINER_PATH, 'args'], commit: commit(1) },
    ]);
  });
});

describe('a crash is left to a person', () => {
  const cases: Record<string, [Parts, string]> = {
    'when nothing changed': [{ history: [historyOfField(['args'], ['--port=x'])] }, 'NoRecentChange'],
    'when several fields changed together': [{ history: [historyOfField(['args'], ['--port=x'], ['a']), historyOfField(['command'], ['/run'], ['/start'])] }, 'SeveralChanges'],
    'when the change has not reached the cluster': [{ history: [historyOfField(['args'], ['--port=1'], ['--port=x'])] }, 'NoRecentChange'],
    'when putting it back would take out a guard': [{ template: { livenessProbe: { httpGet: {} } }, history: [historyOfField(['livenessProbe'], { httpGet: {} }, undefined)] }, 'GuardWouldGo'],
    'when the image before was not pinned': [{ template: { image: 'app:2' }, history: [historyOfField(['image'], 'app:2', 'app:latest')] }, 'ImageNotPinned'],
  };
  it.each(Object.entries(cases))('%s', (_name, [parts, reason]) => {
    expect(reasonOf(parts)).toEqual([reason]);
  });
});
