import { changesInEffect, commitWords, isTarget } from '../changes-in-effect.ts';
import { answer, handOver } from '../creating/answer.ts';
import { nearestName } from '../nearest-name.ts';
import type { Rule } from '../rule.ts';
import { restoring } from '../target-changes.ts';
import { asList, valueAt } from '../workload.ts';

/** What a cloud refuses is mended where it was asked for; what a manifest asked for before, it may ask for again. */
export const loadBalancerPending: Rule = (kase) => {
  const who = `Service ${kase.target.metadata.name}`;
  const [change] = changesInEffect(kase).filter(({ object, path }) => isTarget(kase, object) && path[0] === 'spec' && path[1] === 'ports');
  const cause = `${who} gets no load balancer: ${kase.request.spec.failure.message}`;
  if (change) return answer(`${commitWords(change)} changed ${change.path.slice(-2).join('/')} of ${who}; ${cause}`, 0.7, restoring(kase, [change]));
  return handOver(cause, 'CloudRefused', `Look at the quota, the address and the class of the load balancer in the cloud's own console.`);
};

/** A route goes back to where it led before, or to the Service that was meant. */
export const routeNotResolved: Rule = (kase) => {
  const who = `${kase.target.kind} ${kase.target.metadata.name}`;
  const { message, subCause } = kase.request.spec.failure;
  const [change] = changesInEffect(kase).filter(({ object, path }) => isTarget(kase, object) && path[0] === 'spec');
  if (change) return answer(`${commitWords(change)} changed ${change.path.slice(-2).join('/')} of ${who}: ${message}`, 0.85, restoring(kase, [change]));
  const services = kase.related.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
  const fields = asList(valueAt(kase.target, ['spec', 'rules'])).flatMap((rule, r) =>
    asList(rule['backendRefs']).flatMap(({ name }, b) => {
      const meant = typeof name === 'string' && !services.includes(name) ? nearestName(name, services) : undefined;
      return meant === undefined ? [] : [{ path: ['spec', 'rules', String(r), 'backendRefs', typeof name === 'string' ? `[name=${name}]` : String(b), 'name'], value: meant }];
    }),
  );
  if (subCause === 'BackendNotFound' && fields.length > 0) return answer(`${who}: ${message}`, 0.75, [{ action: 'setIngress', fields: fields.slice(0, 6) }]);
  return handOver(`${who}: ${message}`, subCause ?? 'RouteNotResolved', `Look at the parents and backends of ${who}; what a ReferenceGrant or a listener allows is decided by whoever owns the gateway.`);
};
