import type { Action, KubeObject } from '@fleetmend/model';
import type { Case, GitChange } from '@fleetmend/plugin-api';
import { changesInEffect, commitWords, isTarget } from '../changes-in-effect.ts';
import { answer, handOver } from '../creating/answer.ts';
import { nearestName } from '../nearest-name.ts';
import type { Rule } from '../rule.ts';
import { restoring } from '../target-changes.ts';
import { asList, asRecord } from '../workload.ts';
import { containerPorts, fits, podLabelsOf, portsOf, selectorOf, workloadsOf, type PortView } from './services.ts';

/** Traffic goes to a port that no pod has: the side that was changed last goes back; else to the one port that the pods do have. */
export const servicePortMismatch: Rule = (kase) => {
  const who = `Service ${kase.target.metadata.name}`;
  const behind = workloadsOf(kase).filter((workload) => fits(selectorOf(kase.target), podLabelsOf(workload)));
  const [change] = changesInEffect(kase).filter((one) => isServicePort(kase, one) || (behind.some(({ kind, metadata }) => one.object.kind === kind && one.object.name === metadata.name) && isContainerPort(one)));
  const ports = behind.flatMap(containerPorts);
  const wrong = portsOf(kase.target).find((port) => !ports.some((one) => serves(one, port)));
  // What a container declares is mere words: where nobody changed a number, the program may listen there all the same.
  if (!change && typeof wrong?.targetPort === 'number' && !isNew(kase, behind) && !wentWith(kase, behind, wrong.targetPort)) {
    return handOver(`${who} sends traffic to port ${wrong.targetPort}, which its pods do not declare, and Git knows it no other way`, 'PortNotDeclared', `See whether the pods behind ${who} listen on port ${wrong.targetPort}: then declare it as a containerPort; else say which of their ports it is for.`);
  }
  const candidates = [...(change ? restoring(kase, [change]) : []), ...(wrong ? toExisting(kase, wrong, ports) : [])];
  const cause = change ? `${commitWords(change)} changed ${change.path.slice(-2).join('/')} of ${change.object.kind} ${change.object.name}; since then ${who} sends traffic to a port that no pod has` : `${who} sends traffic to a port that no pod has`;
  if (candidates.length > 0) return answer(cause, change ? 0.9 : 0.75, candidates);
  return handOver(cause, 'PortUnknown', `The pods behind ${who} name ${ports.length === 0 ? 'no port' : `ports ${[...new Set(ports.map(({ number }) => number))].join(', ')}`}: say which of them it is for.`);
};

/** The Service, or what is behind it, came with one of the commits that are known: then it never was otherwise. */
function isNew(kase: Case, behind: readonly KubeObject[]): boolean {
  return changesInEffect(kase).some(({ object, path, before }) => path.length === 0 && before === undefined && (isTarget(kase, object) || behind.some(({ kind, metadata }) => object.kind === kind && object.name === metadata.name)));
}

/** The container that had the port went with a commit, so nobody can listen there any more. */
function wentWith(kase: Case, behind: readonly KubeObject[], port: number): boolean {
  return changesInEffect(kase).some(({ object, path, before, after }) => {
    const isContainer = path.at(-2) === 'containers' && after === undefined && behind.some(({ kind, metadata }) => object.kind === kind && object.name === metadata.name);
    return isContainer && asList(asRecord(before)['ports']).some(({ containerPort }) => containerPort === port);
  });
}

type ContainerPort = ReturnType<typeof containerPorts>[number];

function isServicePort(kase: Case, { object, path }: GitChange): boolean {
  return isTarget(kase, object) && path[0] === 'spec' && path[1] === 'ports';
}

function isContainerPort({ path }: GitChange): boolean {
  return path.includes('ports') && path.some((segment) => segment === 'containers');
}

function serves({ number, name }: ContainerPort, { targetPort }: PortView): boolean {
  return typeof targetPort === 'number' ? number === targetPort : name === targetPort;
}

/** The port of the pods that was meant: by a name that is nearly the same, or the only one that no other port of the Service goes to. */
function toExisting(kase: Case, wrong: PortView, ports: readonly ContainerPort[]): readonly Action[] {
  const others = portsOf(kase.target).filter(({ path }) => path.join('/') !== wrong.path.join('/'));
  const free = ports.filter((one) => !others.some((port) => serves(one, port)));
  const names = free.flatMap(({ name }) => name ?? []);
  const named = typeof wrong.targetPort === 'string' ? (nearestName(wrong.targetPort, names) ?? (names.length === 1 ? names[0] : undefined)) : undefined;
  const [only, second] = [...new Set(free.map(({ number }) => number))];
  const value = named ?? (second === undefined ? only : undefined);
  return value === undefined ? [] : [{ action: 'setPort', fields: [{ path: [...wrong.path, 'targetPort'], value }] }];
}
