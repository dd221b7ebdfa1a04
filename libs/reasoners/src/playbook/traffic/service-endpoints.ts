import type { Action, KubeObject, ObjectRef } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, isTarget } from '../changes-in-effect.ts';
import { answer, handOver, unknown } from '../creating/answer.ts';
import { nearestName } from '../nearest-name.ts';
import { heirOf } from '../renamed-object.ts';
import type { Rule } from '../rule.ts';
import { restoring } from '../target-changes.ts';
import { fits, podLabelsOf, selectorOf, workloadsOf } from './services.ts';

/** A Service that finds no pod: whichever side of the match was changed last goes back; else the selector becomes the nearest labels that exist. */
export const serviceWithoutEndpoints: Rule = (kase) => {
  const service = kase.target;
  const who = `Service ${service.metadata.name}`;
  const [change] = changesInEffect(kase).filter((one) => isSelector(kase, one) || isPodLabel(one, selectorOf(service)));
  if (change) return answer(`${commitWords(change)} changed ${change.path.slice(-2).join('/')} of ${change.object.kind} ${change.object.name}; since then ${who} finds no pod`, 0.9, [...restoring(kase, [change]), ...toNearest(kase)]);
  const [gone] = changesInEffect(kase).filter(({ path, after, before }) => path.length === 0 && after === undefined && before !== undefined && fits(selectorOf(service), podLabelsOf(before as KubeObject)));
  const heir = gone && toHeir(kase, gone);
  if (gone && heir) return answer(`${commitWords(gone)} gave ${gone.object.kind} ${gone.object.name} another name, and ${who} still looks for its pods`, 0.85, [heir]);
  if (gone) return handOver(`${who} finds no pod: ${commitWords(gone)} took ${gone.object.kind} ${gone.object.name} away`, 'WorkloadRemoved', `Take ${who} away as well, or bring ${gone.object.kind} ${gone.object.name} back.`);
  const near = toNearest(kase);
  if (near.length > 0) return answer(`the selector of ${who} fits no pod; a workload beside it comes near`, 0.75, near);
  return unknown(`the selector of ${who} fits no pod`, 'NoMatchingWorkload', `No workload of the namespace has labels near the selector of ${who}: name one, or take the Service away.`);
};

function isSelector(kase: Case, { object, path }: GitChange): boolean {
  return isTarget(kase, object) && path[0] === 'spec' && path[1] === 'selector';
}

/** A label that the Service looks for, on the pods of some workload. */
function isPodLabel({ object, path, before }: GitChange, selector: Readonly<Record<string, string>>): boolean {
  const at = path.lastIndexOf('labels');
  const key = path[at + 1];
  return ['Deployment', 'StatefulSet', 'DaemonSet'].includes(object.kind) && path.includes('template') && at >= 0 && key !== undefined && selector[key] === before;
}

/** The selector with the labels that its workload has under its new name, where that one runs. */
function toHeir(kase: Case, gone: GitChange): Action | undefined {
  const heir = heirOf(kase, gone);
  const live = workloadsOf(kase).find(({ kind, metadata }) => kind === heir?.kind && metadata.name === heir.metadata.name);
  const labels = live === undefined ? {} : podLabelsOf(live);
  const moved = Object.entries(selectorOf(kase.target)).filter(([key, value]) => labels[key] !== value);
  const fields = moved.flatMap(([key]) => (labels[key] === undefined ? [] : [{ path: ['spec', 'selector', key], value: labels[key] }]));
  return fields.length > 0 && fields.length === moved.length ? { action: 'setSelector', fields } : undefined;
}

/** The selector with the labels of the one workload that differs from it in spelling only. */
function toNearest(kase: Case): readonly Action[] {
  const selector = selectorOf(kase.target);
  const found = workloadsOf(kase).flatMap((workload) => {
    const fields = slips(selector, podLabelsOf(workload));
    return fields === undefined || fields.length === 0 ? [] : [{ fields, workload }];
  });
  const [only, second] = found;
  return only && !second ? [{ action: 'setSelector', fields: only.fields }] : [];
}

type Field = { path: string[]; value: string | null };

/** What makes the selector fit: values and keys that were misspelt. Undefined where a label is not just misspelt. */
function slips(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): Field[] | undefined {
  const fields: Field[] = [];
  for (const [key, value] of Object.entries(selector)) {
    if (labels[key] === value) continue;
    const there = labels[key] === undefined ? nearestName(key, Object.keys(labels)) : key;
    const meant = there === undefined ? undefined : labels[there];
    if (there === undefined || meant === undefined || (meant !== value && nearestName(value, [meant]) === undefined)) return undefined;
    if (there !== key) fields.push({ path: ['spec', 'selector', key], value: null });
    fields.push({ path: ['spec', 'selector', there], value: meant });
  }
  return fields;
}

/** A Service that also reaches a stranger: the side that was changed last goes back. */
export const selectorTooBroad: Rule = (kase) => {
  const who = `Service ${kase.target.metadata.name}`;
  const stranger = /pods of (\w+)\/(\S+),/.exec(kase.request.spec.failure.message);
  const isStranger = ({ kind, name }: ObjectRef) => stranger !== null && kind === stranger[1] && name === stranger[2];
  const [change] = changesInEffect(kase).filter((one) => isSelector(kase, one) || (isStranger(one.object) && one.path.includes('labels')));
  if (!change) return handOver(`${who} also reaches ${stranger?.[2] ?? 'another workload'}`, 'SelectorTooBroad', `Narrow the selector of ${who} to the pods that serve its ports.`);
  return answer(`${commitWords(change)} changed ${change.path.slice(-2).join('/')} of ${change.object.kind} ${change.object.name}; since then ${who} also reaches pods that serve none of its ports`, 0.85, restoring(kase, [change]));
};
