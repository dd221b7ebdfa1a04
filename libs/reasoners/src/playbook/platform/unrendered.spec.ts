import type { BrokenBuild, SourceRestore } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { aCase, commit } from '../case.fixture.ts';
import { platformRules } from './platform-rules.ts';

const place = (over: Partial<SourceRestore> = {}): SourceRestore => ({ file: 'shop/kustomization.yaml', document: 0, path: ['resources', '2'], commit: commit(1), before: 'svc.yaml', after: 'scv.yaml', ...over });
const broken = (over: Partial<BrokenBuild> = {}): BrokenBuild => ({ error: 'no such file: scv.yaml', good: commit(1), brokenBy: { commit: commit(2), message: 'tidy up' }, restores: [], tried: [], ...over });
const answerTo = (build: BrokenBuild) => platformRules.FluxNotReady?.({ ...aCase({ class: 'FluxNotReady', subCause: 'BuildFailed', message: 'kustomize build failed' }), build });

describe('of what cannot be rendered', () => {
  it('the one place that mends it goes back', () => {
    expect(answerTo(broken({ restores: [place()] }))?.candidates).toEqual([{ action: 'restoreField', path: ['resources', '2'], commit: commit(1), source: { file: 'shop/kustomization.yaml', document: 0 } }]);
  });

  it('a line that cannot be read goes back as one', () => {
    expect(answerTo(broken({ restores: [place({ document: undefined, path: ['7'] })] }))?.candidates).toMatchObject([{ path: ['7'], source: { file: 'shop/kustomization.yaml' } }]);
  });

  it('the path of the object itself goes back where its folder is gone', () => {
    const path = { path: ['spec', 'path'], commit: commit(1), before: './apps', after: './app' };
    expect(answerTo(broken({ missing: true, path }))?.candidates).toEqual([{ action: 'restoreField', path: ['spec', 'path'], commit: commit(1) }]);
    expect(answerTo(broken({ missing: true, path: { ...path, closed: 'the RepoBinding does not allow it' } }))?.candidates).toMatchObject([{ action: 'abstain', reason: 'RestoreClosed' }]);
  });

  it.each<readonly [what: string, build: Partial<BrokenBuild>, reason: string, words: RegExp]>([
    ['two places of which each would do', { restores: [place(), place({ file: 'env/prod.yaml', path: ['tenant'] })] }, 'SeveralRestores', /resources\/2 of shop\/kustomization.yaml.*tenant of env\/prod.yaml/],
    ['two, though one of them is closed: it may be the one', { restores: [place(), place({ file: 'env/prod.yaml', closed: 'it is shut' })] }, 'SeveralRestores', /env\/prod.yaml/],
    ['a place that no machine edits', { restores: [place({ closed: 'the RepoBinding does not allow it' })] }, 'RestoreClosed', /scv.yaml to svc.yaml, but the RepoBinding does not allow it/],
    ['none that mends it', { tried: ['svc.yaml is gone'] }, 'EngineRefused', /commit 0000000 \("tidy up"\).*svc.yaml is gone/],
    ['nothing that ever could be rendered', { good: undefined, brokenBy: undefined }, 'EngineRefused', /No earlier state/],
  ])('a person hears of %s', (_, build, reason, words) => {
    expect(answerTo(broken(build))?.candidates).toMatchObject([{ action: 'abstain', reason, lookAt: expect.stringMatching(words) }]);
  });
});
