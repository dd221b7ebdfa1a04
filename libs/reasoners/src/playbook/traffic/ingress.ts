import type { Action } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, isTarget } from '../changes-in-effect.ts';
import { answer, handOver } from '../creating/answer.ts';
import { nearestName } from '../nearest-name.ts';
import type { Rule } from '../rule.ts';
import { restoring } from '../target-changes.ts';
import { asList, asRecord, valueAt } from '../workload.ts';
import { portsOf } from './services.ts';

/** An Ingress that leads nowhere: what was changed last goes back, else it is led to the Service or port that was meant. */
export const ingressBackendNotFound: Rule = (kase) => {
  const who = `Ingress ${kase.target.metadata.name}`;
  const { subCause, message } = kase.request.spec.failure;
  if (subCause === 'ClassNotFound') return classNotFound(kase, who);
  const changes = changesInEffect(kase);
  const [own] = changes.filter(({ object, path }) => isTarget(kase, object) && path.includes('backend') || isTarget(kase, object) && path[1] === 'defaultBackend' || isTarget(kase, object) && path[1] === 'rules');
  const service = /Service (\S+)/.exec(message)?.[1] ?? '';
  const [gone] = changes.filter(({ object, path, after }) => object.kind === 'Service' && object.name === service && path.length === 0 && after === undefined);
  const [port] = changes.filter(({ object, path }) => object.kind === 'Service' && object.name === service && path[1] === 'ports');
  const change = own ?? (subCause === 'PortNotFound' ? port : undefined);
  const near = nearest(kase, service, subCause);
  if (change) return answer(`${commitWords(change)} changed ${change.path.slice(-2).join('/')} of ${change.object.kind} ${change.object.name}: ${message}`, 0.9, [...restoring(kase, [change]), ...near]);
  if (gone) return handOver(`${commitWords(gone)} took Service ${service} away, and ${who} still leads to it`, 'ServiceRemoved', `Bring Service ${service} back, or take it out of ${who}.`);
  if (near.length > 0) return answer(`${who}: ${message}`, 0.75, near);
  return handOver(`${who}: ${message}`, 'BackendUnknown', `No Service of the namespace is called nearly like ${service}: create it, or lead ${who} to one that exists.`);
};

function classNotFound(kase: Case, who: string): ReturnType<Rule> {
  const { message } = kase.request.spec.failure;
  const [change] = changesInEffect(kase).filter(({ object, path }) => isTarget(kase, object) && path.at(-1) === 'ingressClassName');
  const classes = kase.related.filter(({ kind }) => kind === 'IngressClass').map(({ metadata }) => metadata.name);
  if (change && typeof change.before === 'string' && classes.includes(change.before)) return answer(`${commitWords(change)} changed the class of ${who}: ${message}`, 0.9, restoring(kase, [change]));
  return handOver(`${who}: ${message}`, 'ClassUnknown', `Classes that exist: ${classes.join(', ') || 'none'}. Which one shows ${who} to whom is not for us to choose.`);
}

/** Where the backend that is wrong stands, and what it was meant to be. */
function nearest(kase: Case, service: string, subCause: string | undefined): readonly Action[] {
  const services = kase.related.filter(({ kind }) => kind === 'Service');
  const places = backendPaths(kase).filter((path) => valueAt(kase.target, [...path, 'service', 'name']) === service);
  if (subCause === 'ServiceNotFound') {
    const meant = nearestName(service, services.map(({ metadata }) => metadata.name));
    return meant === undefined ? [] : [{ action: 'setIngress', fields: places.slice(0, 6).map((path) => ({ path: [...path, 'service', 'name'], value: meant })) }];
  }
  const found = services.find(({ metadata }) => metadata.name === service);
  const ports = found ? portsOf(found) : [];
  const [only, second] = ports;
  if (!only || second) return [];
  const fields = places.flatMap((path): { path: string[]; value: number | string }[] => {
    const port = asRecord(valueAt(kase.target, [...path, 'service', 'port']));
    if (port['number'] !== undefined) return port['number'] === only.port ? [] : [{ path: [...path, 'service', 'port', 'number'], value: only.port }];
    return only.name === undefined || port['name'] === only.name ? [] : [{ path: [...path, 'service', 'port', 'name'], value: only.name }];
  });
  return fields.length === 0 ? [] : [{ action: 'setIngress', fields: fields.slice(0, 6) }];
}

function backendPaths({ target }: Case): readonly (readonly string[])[] {
  const rules = asList(valueAt(target, ['spec', 'rules'])).flatMap((rule, r) => asList(asRecord(rule['http'])['paths']).map((_, p) => ['spec', 'rules', String(r), 'http', 'paths', String(p), 'backend']));
  return [...(valueAt(target, ['spec', 'defaultBackend']) === undefined ? [] : [['spec', 'defaultBackend']]), ...rules];
}
