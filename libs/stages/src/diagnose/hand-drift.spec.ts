import type { KubeObject, RemediationRequest } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import type { Source } from '../propose/source.ts';
import { bearingOn, driftWords, handDrift } from './hand-drift.ts';

const template = (container: object, pod: object = {}) => ({ template: { spec: { ...pod, containers: [{ name: 'app', ...container }, { name: 'proxy', image: 'proxy:1' }] } } });
const deployment = (spec: object, managedFields: readonly object[] = []): KubeObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', managedFields }, spec });
const container = ['spec', 'template', 'spec', 'containers', '[name=app]'];
const hand = (...fields: readonly (readonly string[])[]) => [{ manager: 'flux', time: '2026-01-01T10:00:00Z' }, { manager: 'kubectl-edit', time: '2026-01-01T10:05:00Z', fields }];

async function drift({ git, live, managers, applied = 'a'.repeat(40) }: { readonly git: object; readonly live: object; readonly managers: readonly object[]; readonly applied?: string | undefined }) {
  const source = { target: deployment(live, managers), application: applied === '' ? {} : { applied }, repository: { tree: async () => ({}) }, layout: { render: async () => [deployment(git)] }, origin: {} } as unknown as Source;
  return handDrift(source);
}

describe('what was changed by hand', () => {
  it('is what a person set and Git says otherwise', async () => {
    const found = await drift({ git: template({ image: 'a:1' }), live: template({ image: 'a:2' }), managers: hand([...container, 'image'], [...container, 'name']) });
    expect(found).toMatchObject({ manager: 'kubectl-edit', at: Date.parse('2026-01-01T10:05:00Z'), fields: [{ path: container.concat('image').join('/'), live: 'a:2', git: 'a:1' }] });
    expect(found && driftWords(found)).toContain('image is a:2 live and a:1 in Git');
  });

  it('is also what Git never knew, and what was taken out', async () => {
    const selector = ['spec', 'template', 'spec', 'nodeSelector', 'disk'];
    expect(await drift({ git: template({}), live: template({}, { nodeSelector: { disk: 'fast' } }), managers: hand(selector) })).toMatchObject({ fields: [{ live: 'fast', git: undefined }] });
    expect(await drift({ git: template({ image: 'a:1', tty: true }), live: template({ image: 'a:1' }), managers: hand() })).toMatchObject({ fields: [{ live: undefined, git: true }] });
  });

  it.each<readonly [what: string, input: Parameters<typeof drift>[0]]>([
    ['what nobody touched', { git: template({ image: 'a:1' }), live: template({ image: 'a:2' }), managers: [{ manager: 'image-webhook', time: '2026-01-01T10:05:00Z' }] }],
    ['what Git says too', { git: template({ image: 'a:1' }), live: template({ image: 'a:1' }), managers: hand([...container, 'image']) }],
    ['the same amount in other words', { git: template({ resources: { limits: { cpu: '2000m' } } }), live: template({ resources: { limits: { cpu: '2' } } }), managers: hand([...container, 'resources', 'limits', 'cpu']) }],
    ['what was redacted on its way', { git: template({ image: 'a:1' }), live: template({ image: '__SECRET_VALUE_1__' }), managers: hand([...container, 'image']) }],
    ['what a program took out later', { git: template({ tty: true }), live: template({}), managers: [...hand(), { manager: 'operator', time: '2026-01-01T11:00:00Z' }] }],
    ['what no engine has applied', { git: template({ image: 'a:1' }), live: template({ image: 'a:2' }), managers: hand([...container, 'image']), applied: '' }],
  ])('is not %s', async (_, input) => {
    expect(await drift(input)).toBeUndefined();
  });
});

describe('a change by hand bears on a failure', () => {
  const made = (...paths: readonly (readonly string[])[]) => ({ manager: 'kubectl', at: 0, fields: paths.map((segments) => ({ path: segments.join('/'), live: 1, git: 2, segments })) });
  const spec = (failureClass: string) => ({ failure: { class: failureClass }, target: { container: 'app' } }) as RemediationRequest['spec'];
  it.each<readonly [answer: boolean, what: string, failureClass: string, path: readonly string[]]>([
    [true, 'of the same container', 'CrashLoopBackOff', [...container, 'env', '[name=A]', 'value']],
    [false, 'of another container', 'CrashLoopBackOff', ['spec', 'template', 'spec', 'containers', '[name=proxy]', 'env', '[name=A]', 'value']],
    [true, 'of the pod', 'CrashLoopBackOff', ['spec', 'template', 'spec', 'volumes']],
    [true, 'of the image', 'ImagePullBackOff', [...container, 'image']],
    [true, 'of the pull secret', 'ImagePullBackOff', ['spec', 'template', 'spec', 'imagePullSecrets']],
    [false, 'of memory, where the image is not there', 'ImagePullBackOff', [...container, 'resources', 'limits', 'memory']],
    [true, 'of memory', 'OOMKilled', [...container, 'resources', 'limits', 'memory']],
    [false, 'of the number of pods', 'CrashLoopBackOff', ['spec', 'replicas']],
    [true, 'of the number of pods', 'ScaledToZero', ['spec', 'replicas']],
  ])('%s: one %s, for %s', (answer, _, failureClass, path) => {
    expect(bearingOn(made(path), spec(failureClass), 'Deployment') !== undefined).toBe(answer);
  });
});
