import { minutes } from '@fleetmend/kernel';
import type { Detector } from '@fleetmend/plugin-api';
import { conditionOf, isLeaving, ownerFinding } from '../owners.ts';

/** A certificate of cert-manager that is not issued. Issuing takes its time, and a renewal under way is no failure: the old one still serves. */
export const certificate: Detector = {
  kind: 'certificate',
  classes: ['CertificateNotReady'],
  reads: [{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', resource: 'certificates', fields: ['spec.issuerRef', 'spec.secretName', 'status.conditions', 'status.lastFailureTime'] }],
  inspects: ['Certificate'],
  dwell: { time: minutes(2) },
  explainedBy: [],
  inspect: (object, world) => {
    if (object.kind !== 'Certificate' || isLeaving(object)) return [];
    const ready = conditionOf(object, 'Ready');
    if (ready?.status !== 'False') return [];
    const issuing = conditionOf(object, 'Issuing');
    const { issuerRef } = (object['spec'] ?? {}) as { readonly issuerRef?: { readonly kind?: string; readonly name?: string } };
    const text = `${issuing?.message ?? ''} ${ready.message ?? ''}`;
    const missing = /issuer[^]*not found|Referenced "?\w*Issuer"? not found/i.test(text);
    return ownerFinding(object, world, {
      class: 'CertificateNotReady', subCause: missing ? 'IssuerNotFound' : ready.reason, reason: ready.reason ?? 'NotReady',
      message: missing ? `its ${issuerRef?.kind ?? 'Issuer'} ${issuerRef?.name ?? ''} does not exist` : text.trim().slice(0, 300),
    });
  },
};
