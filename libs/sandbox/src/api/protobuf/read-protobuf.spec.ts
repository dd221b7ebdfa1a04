import { StatusError } from '../../objects.ts';
import { describe, expect, it } from 'vitest';
import { at } from '../json.ts';
import { readRecordings } from '../spec-support/recordings.ts';
import { readProtobuf } from './read-protobuf.ts';

/** What real kubectl sent for a command of the list. */
function sent(command: string): Uint8Array {
  const body = readRecordings().find((recorded) => recorded.command.startsWith(command))?.exchanges.find(({ contentType }) => contentType?.includes('protobuf'))?.body;
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  return Buffer.from(String(at(body, 'base64') ?? ''), 'base64');
}

describe('the protobuf form of an object', () => {
  it('means what kubectl meant', () => {
    expect(readProtobuf(sent('create namespace shop'))).toMatchObject({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    expect(readProtobuf(sent('create configmap other'))).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } });
    expect(readProtobuf(sent('create deployment other'))).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1, template: { spec: { containers: [{ image: '127.0.0.1:5999/labapp:1' }] } } } });
    expect(readProtobuf(sent('auth can-i create deployments'))).toMatchObject({ kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb: 'create', resource: 'deployments', group: 'apps' } } });
  });

  it.each([
    ['something else', Buffer.from('{"kind":"Pod"}')],
    ['a body that ends too early', sent('create namespace shop').subarray(0, 20)],
  ])('is refused for %s', (_what, body) => {
    let refused: unknown;
    try {
      readProtobuf(body);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(StatusError);
    expect(refused).toMatchObject({ code: 400, reason: 'BadRequest' });
  });
});
