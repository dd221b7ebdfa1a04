import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, PermanentError } from '@fleetmend/kernel';

/** Where a local fleet keeps what must outlive its process. All of it may be deleted together to begin anew. */
export interface StateLayout {
  readonly root: string;
  /** Objects of every embedded cluster. */
  readonly world: string;
  readonly kubeconfig: string;
  /** Bare repositories of the local forge. */
  readonly repositories: string;
  readonly hub: string;
  readonly agent: (cluster: string) => string;
  /** Ports that were taken last, so that a kubeconfig stays good over restarts. */
  readonly ports: string;
}

/** @throws PermanentError `StateDirUnusable`. */
export function stateLayout(dir: string): StateLayout {
  const root = resolve(dir);
  try {
    mkdirSync(root, { recursive: true });
  } catch (error) {
    throw new PermanentError('StateDirUnusable', `the state directory ${root} cannot be made: ${messageOf(error)}; choose one that may be written with --state-dir`, { cause: error });
  }
  return {
    root,
    world: join(root, 'sandbox.db'),
    kubeconfig: join(root, 'sandbox.kubeconfig'),
    repositories: join(root, 'repositories'),
    hub: join(root, 'hub'),
    agent: (cluster) => join(root, 'agents', cluster),
    ports: join(root, 'ports.json'),
  };
}
