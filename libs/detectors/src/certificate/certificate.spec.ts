import type { KubeObject } from '@fleetmend/model';
import { inspectPurely } from '@fleetmend/plugin-api/conformance';
import { describe, expect, it } from 'vitest';
import { condition, worldOf } from '../owner.fixture.ts';
import { certificate } from './certificate.ts';

const cert = (...conditions: readonly object[]): KubeObject => ({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'shop-tls', namespace: 'shop' }, spec: { issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt-prd' } }, status: { conditions } });
const inspect = (object: KubeObject) => inspectPurely(certificate, object, worldOf(object));

describe('certificate', () => {
  it('reports one whose issuer does not exist', () => {
    expect(inspect(cert(condition('Ready', 'False', 'DoesNotExist', 'Issuing certificate as Secret does not exist'), condition('Issuing', 'True', 'DoesNotExist', 'Referenced "ClusterIssuer" not found: clusterissuer "letsencrypt-prd" not found')))).toMatchObject([
      { class: 'CertificateNotReady', subCause: 'IssuerNotFound', observation: { message: 'its ClusterIssuer letsencrypt-prd does not exist' } },
    ]);
  });

  it('reports one that failed, in its own words', () => {
    expect(inspect(cert(condition('Ready', 'False', 'Failed', 'The certificate request has failed')))).toMatchObject([{ subCause: 'Failed', observation: { message: 'The certificate request has failed' } }]);
  });

  it('is silent about one that is ready, also while it is renewed, and one that nobody has looked at', () => {
    expect(inspect(cert(condition('Ready', 'True', 'Ready'), condition('Issuing', 'True', 'Renewing')))).toEqual([]);
    expect(inspect(cert())).toEqual([]);
  });
});
