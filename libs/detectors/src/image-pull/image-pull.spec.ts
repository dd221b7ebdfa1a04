import { fingerprintOf, type KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { aPod, running, terminated, waiting, world, type PodParts } from '../pod.fixture.ts';
import { imagePull } from './image-pull.ts';
import { pullTroubleOf } from './pull-trouble.ts';

const IMAGE = 'registry.test/checkout:1.4.0';
const inspect = (parts: PodParts, ...events: readonly KubeObject[]) => inspectPurely(imagePull, aPod({ status: undefined, ...parts }), world(...events));
const pulling = (reason: string, message: string): PodParts => ({ app: { state: waiting(reason, message) } });
const failedEvent = (message: string, lastTimestamp: string): KubeObject => ({
  apiVersion: 'v1', kind: 'Event', metadata: { name: `e-${lastTimestamp}`, namespace: 'shop' }, involvedObject: { uid: 'uid-checkout-7d9f8c6b5-x2x4z' }, reason: 'Failed', message, lastTimestamp,
});

describe('image-pull', () => {
  it('reports the image as the manifest has it, and what the registry said', () => {
    const [finding] = inspect(pulling('ErrImagePull', `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`));
    expect(finding).toMatchObject({ class: 'ImagePullBackOff', subCause: 'NotFound', target: { kind: 'Deployment', name: 'checkout', container: 'app' }, observation: { reason: 'ErrImagePull', image: IMAGE, message: 'the image does not exist in its registry' } });
  });

  it('sees one failure while the kubelet alternates between pulling and backing off', () => {
    const answer = `failed to resolve reference "${IMAGE}": ${IMAGE}: not found`;
    const fingerprints = [
      inspect(pulling('ErrImagePull', answer)),
      inspect(pulling('ImagePullBackOff', `Back-off pulling image "${IMAGE}": ErrImagePull: ${answer}`)),
      inspect(pulling('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`), failedEvent(`Failed to pull image "${IMAGE}": ${answer}`, '2026-01-05T09:00:00Z')),
    ].flat().map((finding) => fingerprintOf('prod-1', finding));
    expect(fingerprints).toHaveLength(3);
    expect(new Set(fingerprints).size).toBe(1);
  });

  it('believes the newest event about this image when the status gives no reason', () => {
    const [finding] = inspect(
      pulling('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`),
      failedEvent(`Failed to pull image "${IMAGE}": toomanyrequests: slow down`, '2026-01-05T09:00:00Z'),
      failedEvent(`Failed to pull image "${IMAGE}": pull access denied`, '2026-01-05T09:05:00Z'),
      failedEvent('Failed to pull image "other:1": not found', '2026-01-05T09:09:00Z'),
    );
    expect(finding?.subCause).toBe('Unauthorized');
  });

  it('claims no reason when nobody gives one', () => {
    const [finding] = inspect(pulling('ImagePullBackOff', `Back-off pulling image "${IMAGE}"`));
    expect(finding).toBeDefined();
    expect(finding?.subCause).toBeUndefined();
  });

  it.each([
    ['ErrImageNeverPull', `Container image "${IMAGE}" is not present with pull policy of Never`, 'NeverPull'],
    ['SignatureValidationFailed', 'image pull failed because the signature validation failed', 'SignatureInvalid'],
    ['RegistryUnavailable', 'image pull failed because the registry is unavailable', 'Unreachable'],
    ['InvalidImageName', 'Failed to apply default image tag "Shop:1": couldn\'t parse image name', 'InvalidName'],
    ['ImageInspectError', 'Failed to inspect image: rpc error: something', undefined],
  ])('reports %s, which the kubelet says before it tries', (reason, message, subCause) => {
    const [finding] = inspect(pulling(reason, message));
    expect(finding?.class).toBe('ImagePullBackOff');
    expect(finding?.subCause).toBe(subCause);
  });

  it('needs two back-offs of the kubelet to be believed', () => {
    expect(imagePull.dwell.time).toBe(30_000);
  });

  it.each<[string, PodParts]>([
    ['an image that is being pulled', { app: { state: waiting('ContainerCreating') } }],
    ['a pod of a finished rollout', { ...pulling('ImagePullBackOff', 'not found'), metadata: { deletionTimestamp: '2026-01-05T09:00:00Z' } }],
    ['a container that crashes', { app: { restartCount: 3, state: waiting('CrashLoopBackOff'), lastState: terminated('Error', 1, 'image not found in cache') } }],
    ['a healthy pod', { app: { state: running } }],
  ])('is silent about %s', (_what, parts) => {
    expect(inspect(parts)).toEqual([]);
  });
});

describe('what registries and runtimes say', () => {
  it.each([
    ['NotFound', 'rpc error: code = NotFound desc = manifest for nginx:9.99 not found: manifest unknown'],
    ['NotFound', 'unexpected status from HEAD request to the registry: 404 Not Found'],
    ['Unauthorized', 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'],
    ['Unauthorized', 'unexpected status code: 401 Unauthorized'],
    ['Unauthorized', 'failed to authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden'],
    ['RateLimited', 'toomanyrequests: You have reached your pull rate limit'],
    ['RateLimited', 'unexpected status code 429 Too Many Requests'],
    ['Unreachable', 'dial tcp: lookup registry.test on 10.0.0.10:53: no such host'],
    ['Unreachable', 'failed to do request: dial tcp 10.0.0.1:443: i/o timeout'],
    ['Unreachable', 'tls: failed to verify certificate: x509: certificate signed by unknown authority'],
    ['Unreachable', 'failed to do request: dial tcp 127.0.0.1:5999: connect: connection refused'],
    ['Unreachable', 'unexpected status: 503 Service Unavailable'],
    ['InvalidName', `Failed to apply default image tag "Nginx:1": couldn't parse image name "Nginx:1": invalid reference format`],
    [undefined, 'Back-off pulling image "registry.test/not-found/denied:404"'],
    [undefined, ''],
  ])('%s: %s', (trouble, message) => {
    expect(pullTroubleOf(message)).toBe(trouble);
  });

  it('names an invalid image name by its own reason', () => {
    expect(inspect(pulling('InvalidImageName', 'Failed to apply default image tag "A B"'))[0]?.subCause).toBe('InvalidName');
  });
});
