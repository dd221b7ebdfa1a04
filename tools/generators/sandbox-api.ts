import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { generate as generateOpenApi, KUBERNETES_VERSION } from '../../libs/sandbox/generate-openapi.ts';
import { generate as generateProtobuf } from '../../libs/sandbox/generate-protobuf.ts';
import type { Generated } from './generated.ts';

/**
 * What the sandbox knows of the Kubernetes API, from the sources of the real server. They are there once the lab was built;
 * elsewhere these files are taken as they are, and that is said.
 */
export async function sandboxApi(): Promise<Generated> {
  const goModules = moduleCaches().find((dir) => existsSync(join(dir, 'k8s.io', `kubernetes@${KUBERNETES_VERSION}`)));
  if (goModules === undefined) {
    process.stdout.write(`generate: the sandbox's API files are not looked at: the sources of k8s.io/kubernetes ${KUBERNETES_VERSION} are not here ("npm run lab -- build kubernetes" gets them)\n`);
    return new Map();
  }
  return new Map([...(await generateOpenApi({ goModules })), ...(await generateProtobuf({ goModules }))]);
}

/** Where Go modules may be: the environment's cache, the lab's, the user's. */
function moduleCaches(): readonly string[] {
  const { GOMODCACHE, FLEETMEND_LAB_CACHE, XDG_CACHE_HOME, GOPATH } = process.env;
  const lab = FLEETMEND_LAB_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fleetmend-lab');
  return [...(GOMODCACHE === undefined ? [] : [GOMODCACHE]), join(lab, 'go', 'mod'), join(GOPATH ?? join(homedir(), 'go'), 'pkg', 'mod')];
}
