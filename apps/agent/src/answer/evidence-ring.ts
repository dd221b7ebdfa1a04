import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, parse, shortDigest } from '@fleetmend/kernel';
import { EvidenceItem } from '@fleetmend/model';
import { z } from 'zod';
import type { AgentLog } from '../agent-log.ts';

const Items = z.array(EvidenceItem);

export interface EvidenceRing {
  /** Empty when there is none, or it cannot be read. */
  read(fingerprint: string): readonly EvidenceItem[];
  write(fingerprint: string, items: readonly EvidenceItem[]): void;
}

/**
 * Redacted logs on disk, one file per fingerprint, the oldest dropped when the ring is full. They are kept because they die with
 * their pod, while the hub may be away. A full or broken disk costs evidence, never a report.
 */
export function createEvidenceRing({ dir, bytes, log }: { readonly dir: string; readonly bytes: number; readonly log: AgentLog }): EvidenceRing {
  mkdirSync(dir, { recursive: true });
  const pathOf = (fingerprint: string) => join(dir, `${shortDigest(fingerprint, 64)}.json`);

  function makeRoom(): void {
    const files = readdirSync(dir).map((name) => ({ path: join(dir, name), stat: statSync(join(dir, name)) }));
    files.sort((a, b) => a.stat.mtimeMs - b.stat.mtimeMs);
    let total = files.reduce((sum, { stat }) => sum + stat.size, 0);
    for (const { path, stat } of files) {
      if (total <= bytes) return;
      rmSync(path, { force: true });
      total -= stat.size;
    }
  }

  return {
    read(fingerprint) {
      try {
        return existsSync(pathOf(fingerprint)) ? parse(Items, JSON.parse(readFileSync(pathOf(fingerprint), 'utf8')), pathOf(fingerprint)) : [];
      } catch (error) {
        log.warn(`evidence ${pathOf(fingerprint)} cannot be read and is left out: ${messageOf(error)}`);
        return [];
      }
    },
    write(fingerprint, items) {
      if (items.length === 0) return;
      try {
        writeFileSync(`${pathOf(fingerprint)}.next`, JSON.stringify(items));
        renameSync(`${pathOf(fingerprint)}.next`, pathOf(fingerprint));
        makeRoom();
      } catch (error) {
        log.warn(`evidence cannot be kept in ${dir}: ${messageOf(error)}; make room on that volume`);
      }
    },
  };
}
