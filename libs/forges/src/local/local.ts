import { createGit, sshSigner } from '@fleetmend/git';
import { type Forge, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { localForge } from './forge.ts';
import { openLocalForge } from './people.ts';

const Config = z.strictObject({
  root: z.string().min(1).optional().describe('folder of the bare repositories; default: repositories/ in the state directory'),
  mergeMethod: z.enum(['Squash', 'Merge']).default('Squash').describe('how a merge lands on the base'),
  signing: z
    .strictObject({ privateKey: z.string().min(1).meta({ format: 'secret' }).describe('Ed25519 key without a passphrase, as ssh-keygen writes it; write {env: NAME} or {file: PATH}') })
    .optional()
    .describe('the SSH key that the hub signs its commits and merges with; absent: they are not signed'),
  login: z.string().min(1).max(39).default('fleetmend').describe('name under which the hub commits, comments and closes'),
});

/** Bare Git repositories with pull requests beside them, for a machine without a forge. */
export const local = definePlugin<z.infer<typeof Config>, Forge>({
  kind: 'local',
  config: Config,
  create({ root, mergeMethod, signing, login }, { clock, stateDir }) {
    const signer = signing && sshSigner(signing.privateKey);
    const deps = { ...openLocalForge({ stateDir, clock, mergeMethod, git: createGit(), ...(root === undefined ? {} : { root }) }), signer };
    return localForge(deps, { login, name: 'Fleetmend', email: `${login}@fleet.local`, kind: 'Us' });
  },
});
