import { describe, expect, it } from 'vitest';
import { createKubeClient } from './kube-client.ts';
import { jsonResponse, scriptedApi, statusResponse } from './scripted-api.ts';
import { createWriter, HUB_MAY_WRITE } from './writer.ts';

const REQUESTS = { apiVersion: 'fleetmend.dev/v1alpha1', kind: 'RemediationRequest', resource: 'remediationrequests', namespaced: true };
const request = { apiVersion: REQUESTS.apiVersion, kind: REQUESTS.kind, metadata: { name: 'rr-1', namespace: 'shop-team', resourceVersion: '4' }, status: { phase: 'Pending' } };
const typeOf = (apiVersion: string, resource: string) => ({ apiVersion, kind: 'Any', resource, namespaced: true });

function writerOver(answer: () => Response = () => jsonResponse({ metadata: { name: 'rr-1' } })) {
  const api = scriptedApi(answer);
  return { writer: createWriter(createKubeClient({ server: 'https://api.test', fetch: api.fetch }), HUB_MAY_WRITE), seen: api.seen };
}

describe('a writer', () => {
  it.each([
    ['apps/v1', 'deployments'], ['v1', 'secrets'], ['v1', 'pods'], ['v1', 'configmaps'], ['rbac.authorization.k8s.io/v1', 'clusterroles'], ['coordination.k8s.io/v1', 'leasecandidates'], ['apiextensions.k8s.io/v1', 'customresourcedefinitions'],
    ['fleetmend.dev/v1alpha1', 'remediationapprovals'], ['fleetmend.dev/v1alpha1', 'remediationpolicies'], ['fleetmend.dev/v1alpha1', 'repobindings'], ['admissionregistration.k8s.io/v1', 'validatingadmissionpolicies'],
  ])('of the hub refuses %s %s in every method before anything leaves', async (apiVersion, resource) => {
    const { writer, seen } = writerOver();
    const type = typeOf(apiVersion, resource);
    const object = { apiVersion, kind: 'Any', metadata: { name: 'x', namespace: 'shop' } };
    const place = { namespace: 'shop', name: 'x' };
    const attempts = [
      () => writer.create(type, object), () => writer.replace(type, object), () => writer.replaceStatus(type, object), () => writer.mergePatch(type, place, {}),
      () => writer.apply(type, object, place, { fieldManager: 'fleetmend' }), () => writer.delete(type, place),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ name: 'PermanentError', reason: 'WriteNotAllowed' });
    expect(seen).toEqual([]);
  });

  it.each([['fleetmend.dev/v1alpha1', 'remediationrequests'], ['v1', 'events'], ['coordination.k8s.io/v1', 'leases']])('of the hub may write %s %s', async (apiVersion, resource) => {
    const { writer, seen } = writerOver();
    await writer.create(typeOf(apiVersion, resource), { apiVersion, kind: 'Any', metadata: { name: 'x', namespace: 'shop' } });
    expect(seen).toHaveLength(1);
  });

  it('replaces a status at its subresource, with the resourceVersion that it read', async () => {
    const { writer, seen } = writerOver();
    await writer.replaceStatus(REQUESTS, request);
    expect(seen[0]).toMatchObject({ method: 'PUT', path: '/apis/fleetmend.dev/v1alpha1/namespaces/shop-team/remediationrequests/rr-1/status', body: { metadata: { resourceVersion: '4' } } });
  });

  it('sends merge patches and applies with their own media types', async () => {
    const { writer, seen } = writerOver();
    await writer.mergePatch(REQUESTS, { namespace: 'shop-team', name: 'rr-1' }, { spec: { cancel: true } });
    await writer.apply(REQUESTS, request, { namespace: 'shop-team', name: 'rr-1' }, { fieldManager: 'fleetmend', force: true });
    expect(seen.map(({ method, headers }) => [method, headers.get('content-type')])).toEqual([['PATCH', 'application/merge-patch+json'], ['PATCH', 'application/apply-patch+yaml']]);
    expect(Object.fromEntries(seen[1]?.query ?? [])).toEqual({ fieldManager: 'fleetmend', force: 'true' });
  });

  it('deletes only the object that it means, and takes gone for done', async () => {
    const { writer, seen } = writerOver(() => statusResponse(404, 'NotFound', 'not found'));
    await writer.delete(REQUESTS, { namespace: 'shop-team', name: 'rr-1', uid: 'u-1' });
    expect(seen[0]?.body).toMatchObject({ preconditions: { uid: 'u-1' } });
  });

  it('passes a conflict on, so that the caller reads again', async () => {
    const { writer } = writerOver(() => statusResponse(409, 'Conflict', 'the object has been modified'));
    await expect(writer.replaceStatus(REQUESTS, request)).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
  });

  it('cannot be made to write through a client made for reading', async () => {
    const api = scriptedApi(() => jsonResponse({}));
    const writer = createWriter(createKubeClient({ server: 'https://api.test', fetch: api.fetch, readOnly: true }), HUB_MAY_WRITE);
    await expect(writer.create(REQUESTS, request)).rejects.toMatchObject({ reason: 'ReadOnly' });
    expect(api.seen).toEqual([]);
  });
});
