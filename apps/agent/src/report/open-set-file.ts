import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, parse, type Instant } from '@fleetmend/kernel';
import { Finding, Fingerprint } from '@fleetmend/model';
import { z } from 'zod';
import type { AgentLog } from '../agent-log.ts';

const Entry = z.object({ fingerprint: Fingerprint, detector: z.string(), finding: Finding, firstSeen: z.int().min(0), count: z.int().min(1) });
const OpenSetFile = z.object({ schema: z.literal(1), cluster: z.string(), epoch: z.int().min(0), entries: z.array(Entry) });
export type OpenSetFile = z.infer<typeof OpenSetFile>;

export interface OpenSetStore {
  /** What the last life of this cluster's agent had reported as open; empty when there was none. */
  read(): { readonly epoch: Instant; readonly entries: OpenSetFile['entries'] };
  /** Never throws: what cannot be kept costs a repeated report, not the agent. */
  write(file: Omit<OpenSetFile, 'schema' | 'cluster'>): void;
}

/**
 * Remembers what was reported as open, so that a restart neither forgets to close it nor reports it as new.
 * A file that cannot be read is moved aside and said so: the state can be found again by watching.
 */
export function createOpenSetStore({ stateDir, cluster, log }: { readonly stateDir: string; readonly cluster: string; readonly log: AgentLog }): OpenSetStore {
  const path = join(stateDir, 'open-set.json');
  mkdirSync(stateDir, { recursive: true });
  let said = '';
  return {
    read() {
      if (!existsSync(path)) return { epoch: 0, entries: [] };
      try {
        const file = parse(OpenSetFile, JSON.parse(readFileSync(path, 'utf8')), path);
        return file.cluster === cluster ? file : { epoch: 0, entries: [] };
      } catch (error) {
        renameSync(path, `${path}.unreadable`);
        log.warn(`${path} cannot be read and was moved to ${path}.unreadable: ${messageOf(error)}; the open set is found again by watching, nothing has to be done`);
        return { epoch: 0, entries: [] };
      }
    },
    write(file) {
      // Written beside and renamed, so that a crash leaves the old file or the new one.
      const next = `${path}.next`;
      try {
        writeFileSync(next, JSON.stringify({ schema: 1, cluster, ...file }));
        renameSync(next, path);
        said = '';
      } catch (error) {
        const message = `the open set cannot be kept in ${stateDir}: ${messageOf(error)}; make room on that volume, or a restart may report failures anew`;
        if (message !== said) log.warn(message);
        said = message;
      }
    },
  };
}
