import type { DryRunAnswer, DryRunQuestion, KubeObject, ObjectDiff } from '@fleetmend/model';
import type { GateDecision } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import { withDryRun } from './dry-run.ts';

const YES: GateDecision = { allow: true, tier: 'T1', violations: [], warnings: ['w'], requires: { approvals: 1, priorApproval: false, reviewers: [], labels: [] } };
const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' };
const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'checkout' } } as KubeObject;
const diff: ObjectDiff = { ref, op: 'Update', paths: ['/spec/replicas'], before: object, after: object };
const FLUX = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace: 'flux-system', name: 'shop' };

async function ask({ decision = YES, answers = {}, diffs = [diff], application = FLUX as typeof FLUX | undefined, clusters = ['prod-1'] }: { decision?: GateDecision; answers?: Record<string, DryRunAnswer | Error>; diffs?: readonly ObjectDiff[]; application?: typeof FLUX | undefined; clusters?: readonly string[] }) {
  const asked: [string, DryRunQuestion][] = [];
  const dryRun = async (cluster: string, question: DryRunQuestion) => {
    asked.push([cluster, question]);
    const answer = answers[cluster];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, decision: await withDryRun(decision, { dryRun, clusters, diffs, application, namespace: 'shop' }) };
}
const refused = (message: string, pod = false): DryRunAnswer => ({ answer: 'dryrun', asked: 2, refused: [{ ref: { ...ref, namespace: 'shop' }, pod, message }], notes: [] });

describe('what a cluster says to a change that policy allows', () => {
  it('is asked with the rendered object in its namespace, as the engine that will apply it', async () => {
    const { asked } = await ask({});
    expect(asked).toEqual([['prod-1', { question: 'dryrun', manager: 'kustomize-controller', objects: [{ ...object, metadata: { name: 'checkout', namespace: 'shop' } }] }]]);
    expect((await ask({ application: { ...FLUX, apiVersion: 'argoproj.io/v1alpha1' } })).asked[0]?.[1].manager).toBe('argocd-controller');
  });

  it('is a violation with its own message when it refuses, of the object or of its pods', async () => {
    const { decision } = await ask({ clusters: ['prod-1', 'prod-2'], answers: { 'prod-1': refused('admission webhook "kyverno" denied the request'), 'prod-2': refused('exceeded quota: small', true) } });
    expect(decision).toMatchObject({ allow: false, violations: [
      { id: 'D01', class: 'Unsafe', message: 'prod-1 would refuse Deployment/shop/checkout: admission webhook "kyverno" denied the request' },
      { id: 'D01', class: 'Unsafe', message: 'prod-2 would refuse the pods of Deployment/shop/checkout: exceeded quota: small' },
    ] });
  });

  it('changes nothing when it takes everything, but for what could not be asked', async () => {
    expect((await ask({ answers: { 'prod-1': { answer: 'dryrun', asked: 2, refused: [], notes: [] } } })).decision).toEqual(YES);
    expect((await ask({ answers: { 'prod-1': { answer: 'dryrun', asked: 1, refused: [], notes: ['webhook x does not support dry run'] } } })).decision.warnings).toEqual(['w', 'prod-1: webhook x does not support dry run']);
  });

  it('is nothing where nobody is there to ask', async () => {
    expect((await ask({})).decision).toEqual(YES);
    expect(await withDryRun(YES, { dryRun: undefined, clusters: ['prod-1'], diffs: [diff], application: undefined, namespace: undefined })).toBe(YES);
  });

  it('is not asked for what policy refuses or holds back, nor for what only goes away', async () => {
    const no: GateDecision = { ...YES, allow: false, violations: [{ id: 'F03', class: 'Deferred', message: 'frozen' }] };
    expect((await ask({ decision: no })).asked).toEqual([]);
    expect((await ask({ diffs: [{ ...diff, op: 'Delete', after: undefined }] })).asked).toEqual([]);
  });

  it('ends in no verdict at all when it should have been asked and could not', async () => {
    await expect(ask({ answers: { 'prod-1': new Error('did not answer') } })).rejects.toThrow('did not answer');
  });
});
