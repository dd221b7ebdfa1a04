import { randomInt, seconds, type Duration, type Random } from '@fleetmend/kernel';
import { ConflictError } from '@fleetmend/ports';
import type { Life, Scheduler } from '../scheduler.ts';
import type { Faults } from './faults.ts';

export interface Call {
  /** `forge.commit` */
  readonly name: string;
  readonly arguments: readonly unknown[];
  readonly by: Life;
}

export interface RemoteCallsDeps {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults;
  /** Told of each call when the process makes it, before anybody else can know of it. */
  readonly issued: (call: Call) => void;
  /** How much longer this call is on its way. */
  readonly detour: (call: Call) => Duration;
  readonly crash: (life: Life) => void;
  readonly disturbed: () => void;
}

/** How a process reaches the world: every call takes time, and may fail, before or after it took effect. */
export type RemoteCalls = <Port extends object>(life: Life, name: string, port: Port, methods: readonly (keyof Port & string)[]) => Port;

const WRITES = new Set(['requests.create', 'requests.writeStatus', 'requests.setFinalizer', 'requests.delete', 'forge.commit', 'forge.openPullRequest', 'forge.mergePullRequest', 'forge.updatePullRequest', 'vectorStore.put', 'vectorStore.putVeto', 'notifier.escalate', 'notifier.closeTicket', 'audit.record']);
const VERSIONED = new Set(['requests.writeStatus', 'requests.setFinalizer']);
const LATE = new Set(['forge.commit', 'forge.openPullRequest', 'forge.mergePullRequest', 'forge.updatePullRequest']);
const FASTEST = 20;

export function remoteCalls(deps: RemoteCallsDeps): RemoteCalls {
  return (life, name, port, methods) => {
    const wrapped = { ...port } as Record<string, unknown>;
    for (const method of methods) {
      const perform = (port as Record<string, unknown>)[method] as (...parts: unknown[]) => Promise<unknown>;
      wrapped[method] = (...parts: unknown[]) => remoteCall(deps, { name: `${name}.${method}`, arguments: parts, by: life }, () => perform(...parts));
    }
    return wrapped as typeof port;
  };
}

function remoteCall(deps: RemoteCallsDeps, call: Call, perform: () => Promise<unknown>): Promise<unknown> {
  const { scheduler, random, faults } = deps;
  const { name, by } = call;
  const way = FASTEST + randomInt(random, 200) + deps.detour(call) + (LATE.has(name) && faults.strikes('late write') ? seconds(4) : 0);
  deps.issued(call);
  return new Promise((resolve, reject) => {
    const later = (delay: Duration, run: () => void) => scheduler.after(delay, run, by);
    const arrive = () => {
      if (faults.strikes('crash before')) return deps.crash(by);
      if (faults.strikes('refused')) {
        deps.disturbed();
        return reject(new Error(`${name}: connection refused`));
      }
      if (VERSIONED.has(name) && faults.strikes('conflict')) return reject(new ConflictError(`${name}: somebody wrote first`));
      const answer = perform();
      if (faults.strikes('crash after')) {
        answer.catch(() => undefined);
        return deps.crash(by);
      }
      if (WRITES.has(name)) {
        if (!faults.strikes('lost answer')) return resolve(answer);
        deps.disturbed();
        answer.catch(() => undefined);
        return void later(seconds(10), () => reject(new Error(`${name}: the answer was lost`)));
      }
      if (faults.strikes('slow')) return void later(seconds(10), () => resolve(answer));
      return resolve(answer);
    };
    later(way, arrive);
  });
}
