import { changesInEffect, commitWords, isTarget } from '../changes-in-effect.ts';
import { answer, handOver } from '../creating/answer.ts';
import { nearestName } from '../nearest-name.ts';
import type { Rule } from '../rule.ts';
import { restoring } from '../target-changes.ts';
import { valueAt } from '../workload.ts';

/** A certificate goes back to the issuer, names and times that it had; an issuer that is misspelt becomes the one that is meant. */
export const certificateNotReady: Rule = (kase) => {
  const who = `Certificate ${kase.target.metadata.name}`;
  const { message, subCause } = kase.request.spec.failure;
  const [change] = changesInEffect(kase).filter(({ object, path }) => isTarget(kase, object) && path[0] === 'spec' && ['issuerRef', 'dnsNames', 'duration', 'renewBefore', 'commonName'].includes(path[1] ?? ''));
  if (change) return answer(`${commitWords(change)} changed ${change.path.slice(1).join('/')} of ${who}: ${message}`, 0.85, restoring(kase, [change]));
  const kind = String(valueAt(kase.target, ['spec', 'issuerRef', 'kind']) ?? 'Issuer');
  const wanted = String(valueAt(kase.target, ['spec', 'issuerRef', 'name']) ?? '');
  const issuers = [...(kase.versions[0]?.objects ?? []), ...kase.related].filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  const meant = nearestName(wanted, issuers);
  if (subCause === 'IssuerNotFound' && meant !== undefined) return answer(`${who}: ${message}; ${meant} does`, 0.75, [{ action: 'setReference', fields: [{ path: ['spec', 'issuerRef', 'name'], value: meant }] }]);
  return handOver(`${who} is not issued: ${message}`, 'CertificateNotIssued', `Look at the CertificateRequest, the Order and the state of ${kind} ${wanted}.`);
};
