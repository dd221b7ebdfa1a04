import { describe, expect, it } from 'vitest';
import { aCase, CONTAINER_PATH, gitChange, historyOfField, replicaSet } from '../case.fixture.ts';
import { imagePull, isPinned, troubleOf } from './image-pull.ts';

const REPO = 'registry.example.org/shop/checkout';
const BROKEN = { image: `${REPO}:1.4.O` };

const imagesOf = (parts: Omit<Parameters<typeof aCase>[0], 'class'>) =>
  imagePull(aCase({ class: 'ImagePullBackOff', subCause: 'NotFound', template: BROKEN, ...parts })).candidates.map((action) => (action.action === 'setImage' ? `${action.provenance} ${action.image}` : action.action === 'abstain' ? action.reason : action.action));

describe('an image that does not exist', () => {
  it('goes back to the one that Git had before', () => {
    expect(imagesOf({ history: [historyOfField(['image'], BROKEN.image, `${REPO}:1.3.2`)] })).toEqual([`GitHistory ${REPO}:1.3.2`]);
  });

  it('goes back to the last one that runs, past tags that never did', () => {
    const history = [historyOfField(['image'], BROKEN.image, `${REPO}:1.4.x`, `${REPO}:1.3.2`)];
    expect(imagesOf({ history, related: [replicaSet('checkout-1', { image: `${REPO}:1.3.2` }, 2)] })[0]).toBe(`GitHistory ${REPO}:1.3.2`);
  });

  it('takes the image of a healthy ReplicaSet that Git does not know', () => {
    expect(imagesOf({ related: [replicaSet('checkout-1', { image: `${REPO}:1.3.2` }, 1), replicaSet('checkout-0', { image: `${REPO}:1.2.0` }, 0)] })).toEqual([`HealthyReplicaSet ${REPO}:1.3.2`]);
  });

  it('prefers the repository that it already uses', () => {
    const history = [historyOfField(['image'], BROKEN.image, 'registry.example.org/other/checkout:9', `${REPO}:1.3.2`)];
    expect(imagesOf({ history })).toEqual([`GitHistory ${REPO}:1.3.2`, 'GitHistory registry.example.org/other/checkout:9']);
  });

  it('never takes the image of another workload in the namespace', () => {
    expect(imagesOf({ related: [replicaSet('cart-1', { image: 'registry.example.org/shop/cart:3' }, 2, 'cart')] })).toEqual(['NoHealthyImage']);
  });

  it('never becomes latest, spelled or implied', () => {
    expect(imagesOf({ history: [historyOfField(['image'], BROKEN.image, `${REPO}:latest`, REPO)] })).toEqual(['NoHealthyImage']);
  });

  it('is left to a person when nothing else is known', () => {
    expect(imagesOf({})).toEqual(['NoHealthyImage']);
  });
});

describe('a pull that fails for another reason is left to a person', () => {
  const known = { history: [historyOfField(['image'], BROKEN.image, `${REPO}:1.3.2`)] };

  it.each([
    ['ImageUnauthorized', 'Unauthorized', ''],
    ['ImageRateLimited', undefined, 'toomanyrequests: You have reached your pull rate limit'],
    ['ImageUnreachable', undefined, 'dial tcp: lookup registry.example.org: no such host'],
    ['ImageUnclear', 'Unknown', 'something else'],
  ])('%s', (reason, subCause, message) => {
    expect(imagesOf({ ...known, subCause, message })).toEqual([reason]);
  });
});

it.each([
  ['rpc error: code = NotFound desc = failed to pull and unpack image "x": failed to resolve reference "x": x: not found', 'NotFound'],
  ['manifest for x:1 not found: manifest unknown: manifest unknown', 'NotFound'],
  ['Failed to apply default image tag "Registry/x:1": couldn\'t parse image name: invalid reference format: repository name must be lowercase', 'InvalidName'],
  ['pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed', 'Unauthorized'],
  ['failed to do request: Head "https://registry/v2": dial tcp 10.0.0.1:443: i/o timeout', 'Unreachable'],
])('reads %j as %s', (message, trouble) => {
  expect(troubleOf(undefined, message)).toBe(trouble);
});

it.each([
  ['registry:5000/app', false],
  ['registry:5000/app:1', true],
  ['app:latest', false],
  [`app@sha256:${'a'.repeat(64)}`, true],
])('%s is pinned: %s', (image, pinned) => {
  expect(isPinned(image)).toBe(pinned);
});

describe('a refusal that Git explains', () => {
  const actionsOf = (subCause: string, parts: Omit<Parameters<typeof aCase>[0], 'class'>) => imagePull(aCase({ class: 'ImagePullBackOff', subCause, template: BROKEN, ...parts })).candidates;
  const back = { action: 'setImage', container: 'app', image: `${REPO}:1.3.2`, provenance: 'GitHistory' };
  const SECRETS = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };

  it.each<[string, string, Parameters<typeof actionsOf>[1], object]>([
    ['another repository than before', 'Unauthorized', { template: { image: 'registry.example.org/shpo/checkout:1.4.0' }, changes: [gitChange(['image'], `${REPO}:1.3.2`, 'registry.example.org/shpo/checkout:1.4.0')] }, back],
    ['another registry than before', 'Unreachable', { template: { image: 'registri.example.org/shop/checkout:1.4.0' }, changes: [gitChange(['image'], `${REPO}:1.3.2`, 'registri.example.org/shop/checkout:1.4.0')] }, back],
    ['other credentials than before', 'Unauthorized', { pod: { imagePullSecrets: [{ name: 'b' }] }, changes: [gitChange(['spec', 'template', 'spec', 'imagePullSecrets', '[name=b]'], { name: 'a' }, { name: 'b' }, { object: SECRETS })] }, { action: 'restoreField' }],
    ['a pull policy that forbids it', 'NeverPull', { template: { ...BROKEN, imagePullPolicy: 'Never' }, changes: [gitChange(['imagePullPolicy'], 'Always', 'Never')] }, { action: 'restoreField', path: [...CONTAINER_PATH, 'imagePullPolicy'] }],
    ['a pull policy that was not there', 'NeverPull', { template: { ...BROKEN, imagePullPolicy: 'Never' }, changes: [gitChange(['imagePullPolicy'], undefined, 'Never')] }, { action: 'setPodField', fields: [{ path: [...CONTAINER_PATH, 'imagePullPolicy'], value: 'IfNotPresent' }] }],
    ['an image that no node has', 'NeverPull', { changes: [gitChange(['image'], `${REPO}:1.3.2`, BROKEN.image)] }, back],
  ])('%s is undone', (_what, subCause, parts, action) => {
    expect(actionsOf(subCause, parts)).toMatchObject([action]);
  });

  it.each([['Unauthorized'], ['Unreachable']])('%s of a new tag where it always came from is the registry\'s', (subCause) => {
    expect(actionsOf(subCause, { changes: [gitChange(['image'], `${REPO}:1.3.2`, BROKEN.image)] })).toMatchObject([{ action: 'abstain' }]);
  });

  it('a signature that does not verify is never passed by', () => {
    expect(actionsOf('SignatureInvalid', { changes: [gitChange(['image'], `${REPO}:1.3.2`, BROKEN.image)] })).toMatchObject([{ action: 'abstain', reason: 'ImageSignatureInvalid' }]);
  });
});
