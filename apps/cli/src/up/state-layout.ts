import { accessSync, constants, mkdirSync } from 'node:fs';
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
  /** What the hub of the local fleet signs statements with, and the half that verifies them. */
  readonly attestation: { readonly key: string; readonly publicKey: string };
  /** Ports that were taken last, so that a kubeconfig stays good over restarts. */
  readonly ports: string;
}

/** Makes the state directory, for whoever is about to write into it. @throws PermanentError `StateDirUnusable`. */
export function makeStateDir(dir: string): StateLayout {
  const layout = stateLayout(dir);
  try {
    mkdirSync(layout.root, { recursive: true });
    accessSync(layout.root, constants.W_OK);
  } catch (error) {
    throw new PermanentError('StateDirUnusable', `the state directory ${layout.root} cannot be made or written: ${messageOf(error)}; choose another with --state-dir`, { cause: error });
  }
  return layout;
}

/** Only says where things lie: whoever reads makes nothing. */
export function stateLayout(dir: string): StateLayout {
  const root = resolve(dir);
  return {
    root,
    world: join(root, 'sandbox.db'),
    kubeconfig: join(root, 'sandbox.kubeconfig'),
    repositories: join(root, 'repositories'),
    hub: join(root, 'hub'),
    agent: (cluster) => join(root, 'agents', cluster),
    attestation: { key: join(root, 'attestation.pem'), publicKey: join(root, 'attestation.pub') },
    ports: join(root, 'ports.json'),
  };
}
