import { createKubeClient } from '@fleetmend/k8s';
import { minutes } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { livePolicyOf, watchLivePolicy } from './live-policy.ts';

const OLD = `sha256:${'a'.repeat(64)}`;
const NEW = `sha256:${'b'.repeat(64)}`;
const anObject = (kind: string, digest?: string, status?: object): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name: 'one', ...(digest === undefined ? {} : { annotations: { 'fleetmend.dev/bundle-digest': digest } }) }, ...(status === undefined ? {} : { status }) });
const template = (digest: string, created = true) => anObject('ConstraintTemplate', digest, { created });
const admission = (digest?: string) => anObject('ValidatingAdmissionPolicy', digest);

describe('what is live in a cluster', () => {
  it.each<readonly [string, readonly KubeObject[], object]>([
    ['is nothing where nobody wrote the annotation', [admission()], { digests: [], whole: true }],
    ['is the bundle that all of them are of', [template(NEW), admission(NEW), admission()], { digests: [NEW], whole: true }],
    ['is two bundles while one takes the place of the other', [template(NEW), admission(OLD)], { digests: [OLD, NEW], whole: false }],
    ['is not whole before Gatekeeper has taken the template', [template(NEW, false), admission(NEW)], { digests: [NEW], whole: false }],
    ['is nobody’s where the annotation holds no digest', [admission('latest')], { digests: [], whole: false }],
  ])('%s', (_, objects, wanted) => {
    expect(livePolicyOf(objects)).toEqual(wanted);
  });
});

describe('an agent that reads it', () => {
  const VAP = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
  const aReader = () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const warnings: string[] = [];
    const answer = { status: 200, items: [] as KubeObject[] };
    const methods = new Set<string>();
    const fetch = async (input: string | URL | Request, init?: RequestInit) => {
      const { pathname } = new URL(String(input));
      methods.add(init?.method ?? 'GET');
      if (pathname !== VAP) return Response.json({ kind: 'Status', reason: 'NotFound', code: 404 }, { status: 404 });
      if (answer.status !== 200) return Response.json({ kind: 'Status', reason: 'Forbidden', code: 403, message: 'may not list' }, { status: 403 });
      return Response.json({ kind: 'ValidatingAdmissionPolicyList', metadata: { resourceVersion: '1' }, items: answer.items });
    };
    const client = createKubeClient({ server: 'http://api', fetch: fetch as typeof globalThis.fetch, readOnly: true });
    const live = watchLivePolicy({ client, clock, signal: stop.signal, log: { info: () => {}, warn: (message: string) => void warnings.push(message) } as never });
    return { clock, warnings, answer, methods, live, stop: () => (stop.abort(), live.done) };
  };

  it('takes a cluster without Gatekeeper for one that has nothing of it, and sees what comes', async () => {
    const reader = aReader();
    await reader.clock.run(1000);
    expect(reader.live.known()).toEqual({ digests: [], whole: true });
    reader.answer.items.push(admission(NEW));
    await reader.clock.run(minutes(1));
    expect(reader.live.known()).toEqual({ digests: [NEW], whole: true });
    expect([...reader.methods]).toEqual(['GET']);
    await reader.stop();
  });

  it('says nothing of what it may not read, warns once, and never takes it for nothing', async () => {
    const reader = aReader();
    reader.answer.status = 403;
    await reader.clock.run(minutes(3));
    expect(reader.live.known()).toBeUndefined();
    expect(reader.warnings).toEqual([expect.stringMatching(/^cannot read which policy bundle is live in the cluster: .*may not list/)]);
    await reader.stop();
  });
});
