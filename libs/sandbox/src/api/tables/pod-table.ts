import type { KubeObject } from '../../objects.ts';
import { at, isObject, type Json, listAt, numberAt, textAt } from '../json.ts';
import { age } from './ages.ts';
import { columns, type Table } from './table.ts';

export const POD_TABLE: Table = {
  columns: columns('Name!', 'Ready', 'Status', 'Restarts', 'Age', '+IP', '+Node', '+Nominated Node', '+Readiness Gates'),
  cells(pod, now) {
    const { ready, total, status, restarts, lastRestart } = podSummary(pod);
    const restartText = restarts !== 0 && lastRestart !== '' ? `${restarts} (${age(lastRestart, now)} ago)` : String(restarts);
    return [
      pod.metadata.name, `${ready}/${total}`, status, restartText, age(pod.metadata.creationTimestamp, now),
      textAt(pod, 'status', 'podIPs', 0, 'ip') || '<none>', textAt(pod, 'spec', 'nodeName') || '<none>', textAt(pod, 'status', 'nominatedNodeName') || '<none>', gates(pod),
    ];
  },
};

interface Summary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  readonly lastRestart: string;
}

/** The one word for a pod's state that everybody knows; the rules are those of the real server's printer. */
function podSummary(pod: KubeObject): Summary {
  const sidecars = listAt(pod, 'spec', 'initContainers').filter((container) => container['restartPolicy'] === 'Always');
  const total = listAt(pod, 'spec', 'containers').length + sidecars.length;
  const phase = textAt(pod, 'status', 'phase');
  const gated = conditions(pod).some((condition) => condition['type'] === 'PodScheduled' && condition['reason'] === 'SchedulingGated');
  const init = initSummary(pod, new Set(sidecars.map((container) => textAt(container, 'name'))));
  const first = init.status ?? (gated ? 'SchedulingGated' : textAt(pod, 'status', 'reason') || phase);
  const initialized = conditions(pod).some((condition) => condition['type'] === 'Initialized' && condition['status'] === 'True');
  const summary = init.status === undefined || initialized ? mainSummary(pod, init, first) : { ready: init.ready, status: first, restarts: init.restarts, lastRestart: init.lastRestart };
  return { ...summary, total, status: leaving(pod, phase) ?? summary.status };
}

function leaving(pod: KubeObject, phase: string): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  if (textAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown';
  return phase === 'Failed' || phase === 'Succeeded' ? undefined : 'Terminating';
}

interface InitSummary {
  /** Set while init containers hold the pod back. */
  readonly status: string | undefined;
  readonly ready: number;
  readonly restarts: number;
  readonly lastRestart: string;
  readonly sidecarRestarts: number;
  readonly sidecarLastRestart: string;
}

function initSummary(pod: KubeObject, sidecars: ReadonlySet<string>): InitSummary {
  const count = listAt(pod, 'spec', 'initContainers').length;
  let summary: InitSummary = { status: undefined, ready: 0, restarts: 0, lastRestart: '', sidecarRestarts: 0, sidecarLastRestart: '' };
  for (const [index, container] of listAt(pod, 'status', 'initContainerStatuses').entries()) {
    const isSidecar = sidecars.has(textAt(container, 'name'));
    const ended = textAt(container, 'lastState', 'terminated', 'finishedAt');
    const again = numberAt(container, 'restartCount');
    summary = { ...summary, restarts: summary.restarts + again, lastRestart: later(summary.lastRestart, ended) };
    if (isSidecar) summary = { ...summary, sidecarRestarts: summary.sidecarRestarts + again, sidecarLastRestart: later(summary.sidecarLastRestart, ended) };
    const terminated = at(container, 'state', 'terminated');
    if (isObject(terminated) && terminated['exitCode'] === 0) continue;
    if (isSidecar && container['started'] === true) {
      if (container['ready'] === true) summary = { ...summary, ready: summary.ready + 1 };
      continue;
    }
    return { ...summary, status: initStatus(container, terminated, index, count) };
  }
  return summary;
}

function initStatus(container: Json, terminated: unknown, index: number, count: number): string {
  if (isObject(terminated)) return `Init:${textAt(terminated, 'reason') || endText(terminated)}`;
  const waiting = textAt(container, 'state', 'waiting', 'reason');
  return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${count}`;
}

function endText(terminated: Json): string {
  const signal = numberAt(terminated, 'signal');
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberAt(terminated, 'exitCode')}`;
}

function mainSummary(pod: KubeObject, init: InitSummary, first: string): Omit<Summary, 'total'> {
  let status = first;
  let { ready, sidecarRestarts: restarts, sidecarLastRestart: lastRestart } = init;
  let hasRunning = false;
  for (const container of [...listAt(pod, 'status', 'containerStatuses')].reverse()) {
    restarts += numberAt(container, 'restartCount');
    lastRestart = later(lastRestart, textAt(container, 'lastState', 'terminated', 'finishedAt'));
    const waiting = textAt(container, 'state', 'waiting', 'reason');
    const terminated = at(container, 'state', 'terminated');
    if (waiting !== '') status = waiting;
    else if (isObject(terminated)) status = textAt(terminated, 'reason') || endText(terminated);
    else if (container['ready'] === true && isObject(at(container, 'state', 'running'))) {
      hasRunning = true;
      ready += 1;
    }
  }
  if (status === 'Completed' && hasRunning) status = conditions(pod).some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True') ? 'Running' : 'NotReady';
  return { ready, status, restarts, lastRestart };
}

function later(a: string, b: string): string {
  return b > a ? b : a;
}

function conditions(pod: KubeObject): readonly Json[] {
  return listAt(pod, 'status', 'conditions');
}

function gates(pod: KubeObject): string {
  const wanted = listAt(pod, 'spec', 'readinessGates');
  if (wanted.length === 0) return '<none>';
  const open = wanted.filter((gate) => conditions(pod).some((condition) => condition['type'] === gate['conditionType'] && condition['status'] === 'True'));
  return `${open.length}/${wanted.length}`;
}
