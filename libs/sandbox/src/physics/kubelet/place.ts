import type { ProcessHost } from '../../images/process.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { canConnect, resolveHost } from '../network/reach.ts';
import type { IsListening } from '../network/reach.ts';
import type { Pod } from '../shapes/pod.ts';
import type { LogStore } from './logs.ts';
import { memoryLimitOf } from './resources.ts';
import { containerFiles } from './volumes.ts';
import type { ContainerRun, PodRun } from './worker.ts';

export interface KubeletContext extends PhysicsContext {
  readonly logs: LogStore;
  readonly isListening: IsListening;
}

/** One pod on its node: what the steps of its containers can see and do. */
export interface PodPlace {
  readonly context: KubeletContext;
  readonly pod: Pod;
  readonly node: string;
  readonly run: PodRun;
  /** Records an event about one container. */
  note(container: ContainerRun, type: 'Normal' | 'Warning', reason: string, message: string): void;
  hostOf(container: ContainerRun): ProcessHost;
  imagesOn(node: string): Set<string>;
}

export function podPlace(context: KubeletContext, pod: Pod, run: PodRun, imagesOn: PodPlace['imagesOn']): PodPlace {
  const node = pod.spec.nodeName ?? '';
  return {
    context,
    pod,
    node,
    run,
    imagesOn,
    note(container, type, reason, message) {
      const field = container.role === 'app' ? 'containers' : 'initContainers';
      context.events.record({ about: pod, from: 'kubelet', node, type, reason, message, fieldPath: `spec.${field}{${container.spec.name}}` });
    },
    hostOf: (container) => processHost(context, pod, run, container),
  };
}

function processHost(context: KubeletContext, pod: Pod, run: PodRun, container: ContainerRun): ProcessHost {
  const { objects, logs } = context;
  const files = containerFiles(objects, pod, container.spec, { user: container.image?.user ?? 0, written: run.files });
  return {
    memoryLimit: memoryLimitOf(container.spec),
    refusesEnv(name, wanted) {
      const value = container.env.get(name);
      if (value === undefined) return `required environment variable ${name} is not set`;
      return wanted === undefined || value === wanted ? undefined : `environment variable ${name} is "${value}", want "${wanted}"`;
    },
    hasFile: (path) => files.has(path),
    write(path) {
      const refusal = files.refusesWrite(path);
      if (refusal !== undefined) return `cannot create ${path}: ${refusal}`;
      files.written(path);
      return undefined;
    },
    resolves: (host) => resolveHost(objects, pod, host) !== undefined,
    connects: (host, port) => canConnect(objects, pod, { host, port }, context.isListening),
    isPortTaken: (port) => run.containers.some((other) => other !== container && other.process?.listeners.has(port)),
    log: (at, text) => logs.append(run.uid, container.spec.name, { at, text }),
  };
}
