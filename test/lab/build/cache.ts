import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the lab keeps everything it makes. Nothing of the lab is written outside of it. */
export interface LabCache {
  readonly root: string;
  /** One folder per built server and version. */
  readonly bin: string;
  /** Go's module and build caches, unless the caller's environment names its own. */
  readonly go: string;
  /** Lock files: one build of a server, one lab, at a time. */
  readonly locks: string;
  /** State of the lab that is up: logs, keys, data, the ledger. */
  readonly run: string;
  /** Short and stable per cache, so that the labs of two caches do not share a cgroup. */
  readonly id: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `FLEETMEND_LAB_CACHE`, else `fleetmend-lab` in the user's cache folder. */
export const labCache = (env: Environment): LabCache => {
  const root = resolve(env.FLEETMEND_LAB_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fleetmend-lab'));
  return {
    root,
    bin: join(root, 'bin'),
    go: join(root, 'go'),
    locks: join(root, 'locks'),
    run: join(root, 'run'),
    id: createHash('sha256').update(root).digest('hex').slice(0, 8),
  };
};

/** A lab beside the first one: what was built is shared, everything else is its own. The first keeps the cache as it is. */
export const cacheOfJob = (cache: LabCache, job: number): LabCache => {
  if (job === 0) return cache;
  const root = join(cache.root, 'jobs', String(job + 1));
  return { ...labCache({ FLEETMEND_LAB_CACHE: root }), bin: cache.bin, go: cache.go };
};
