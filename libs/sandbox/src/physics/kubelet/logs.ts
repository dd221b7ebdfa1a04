import type { Instant } from '@fleetmend/kernel';

export interface LogLine {
  readonly at: Instant;
  readonly text: string;
}

/** What one container wrote: in its present life and in the one before. */
interface ContainerLog {
  current: LogLine[];
  previous: LogLine[] | undefined;
}

const MOST_LINES = 2_000;

/** Keeps the lines of each container's last two lives, at most 2,000 each; the older are dropped, as a kubelet rotates its files. */
export interface LogStore {
  append(pod: string, container: string, line: LogLine): void;
  /** A new life begins; what was current is previous now. */
  rotate(pod: string, container: string): void;
  read(pod: string, container: string, previous: boolean): readonly LogLine[];
  /** Resolves at the next line or rotation of that container. */
  changed(pod: string, container: string): Promise<void>;
  forget(pod: string): void;
}

export function createLogStore(): LogStore {
  const logs = new Map<string, Map<string, ContainerLog>>();
  const waiting = new Map<string, (() => void)[]>();

  function find(pod: string, container: string): ContainerLog {
    const ofPod = logs.get(pod) ?? new Map<string, ContainerLog>();
    logs.set(pod, ofPod);
    const log = ofPod.get(container) ?? { current: [], previous: undefined };
    ofPod.set(container, log);
    return log;
  }

  function wake(key: string): void {
    const callers = waiting.get(key) ?? [];
    waiting.delete(key);
    for (const resolve of callers) resolve();
  }

  return {
    append(pod, container, line) {
      const log = find(pod, container);
      log.current.push(line);
      if (log.current.length > MOST_LINES) log.current.splice(0, log.current.length - MOST_LINES);
      wake(`${pod}/${container}`);
    },
    rotate(pod, container) {
      const log = find(pod, container);
      log.previous = log.current;
      log.current = [];
      wake(`${pod}/${container}`);
    },
    read(pod, container, previous) {
      const log = logs.get(pod)?.get(container);
      return (previous ? log?.previous : log?.current) ?? [];
    },
    changed(pod, container) {
      return new Promise((resolve) => {
        const key = `${pod}/${container}`;
        waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
      });
    },
    forget(pod) {
      for (const container of logs.get(pod)?.keys() ?? []) wake(`${pod}/${container}`);
      logs.delete(pod);
    },
  };
}
