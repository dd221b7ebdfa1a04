import { digestOf, type Clock } from '@fleetmend/kernel';
import type { KubeClient } from '@fleetmend/k8s';
import type { EvidenceAnswer, EvidenceItem, Target } from '@fleetmend/model';
import { createSession, redact } from '@fleetmend/redaction';
import type { AgentLog } from '../agent-log.ts';
import type { AgentSettings } from '../agent-settings.ts';
import type { Tracked } from '../detect/tracker.ts';
import type { WorldCache } from '../watch/world-cache.ts';
import { createEvidenceRing } from './evidence-ring.ts';
import { gatherEvidence, type Gathered } from './gather-evidence.ts';

export interface EvidenceStoreOptions {
  readonly client: KubeClient;
  readonly cache: WorldCache;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: AgentLog;
  readonly dir: string;
  readonly settings: Pick<AgentSettings, 'evidenceBytes' | 'logs'>;
}

export interface EvidenceStore {
  /** Gathers for a failure that was just detected, unless that was done already; answers the digest of what there is. Never throws. */
  gather(entry: Pick<Tracked, 'fingerprint' | 'finding'>): Promise<string | undefined>;
  /** What is known now, with the logs that have died since. */
  answer(fingerprint: string, target: Target): Promise<EvidenceAnswer>;
  /** The failure is over: its evidence may be dropped from memory. */
  release(fingerprint: string): void;
  redact(text: string): string;
  redactions(): Readonly<Record<string, number>>;
}

/** Failures whose evidence stays in memory; at 64 KiB each this bounds it. */
const MOST_HELD = 256;

export function createEvidenceStore(options: EvidenceStoreOptions): EvidenceStore {
  const { settings } = options;
  const ring = createEvidenceRing({ dir: options.dir, bytes: settings.evidenceBytes, log: options.log });
  const held = new Map<string, { readonly items: readonly EvidenceItem[]; readonly finding: Tracked['finding'] }>();
  const totals: Record<string, number> = {};
  const deps = { ...options, mayReadLogs: (namespace: string) => (Array.isArray(settings.logs) ? settings.logs.includes(namespace) : settings.logs === true) };

  function add({ session }: Pick<Gathered, 'session'>): void {
    for (const [type, count] of Object.entries(session.counts())) totals[type] = (totals[type] ?? 0) + count;
  }

  async function read(fingerprint: string, about: Parameters<typeof gatherEvidence>[0]): Promise<{ readonly items: readonly EvidenceItem[]; readonly session: Gathered['session'] }> {
    const gathered = await gatherEvidence(about, deps);
    add(gathered);
    const items = withOlderLogs(gathered.items, [...(held.get(fingerprint)?.items ?? []), ...ring.read(fingerprint)]);
    ring.write(fingerprint, items.filter(({ kind }) => kind === 'log'));
    return { items, session: gathered.session };
  }

  return {
    async gather({ fingerprint, finding }) {
      const known = held.get(fingerprint);
      if (known) return digestOfItems(known.items);
      const { items } = await read(fingerprint, { target: finding.target, observation: finding.observation });
      held.set(fingerprint, { items, finding });
      const [oldest] = held.keys();
      if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
      return digestOfItems(items);
    },
    async answer(fingerprint, target) {
      const { items, session } = await read(fingerprint, { target, observation: held.get(fingerprint)?.finding.observation });
      return { answer: 'evidence', items: [...items], redactions: { ...session.counts() } };
    },
    release: (fingerprint) => void held.delete(fingerprint),
    redact(text) {
      const session = createSession();
      const out = redact(text, session);
      add({ session });
      return out;
    },
    redactions: () => ({ ...totals }),
  };
}

function digestOfItems(items: readonly EvidenceItem[]): string | undefined {
  return items.length === 0 ? undefined : digestOf(items.map(({ digest }) => digest));
}

const MOST_ITEMS = 40;
const MOST_CHARACTERS = 64 * 1024;

/** A previous log of another pod, or of an earlier life, that nobody can read any more; as far as there is room. */
function withOlderLogs(items: readonly EvidenceItem[], older: readonly EvidenceItem[]): readonly EvidenceItem[] {
  const all = [...items];
  let size = all.reduce((sum, { text }) => sum + text.length, 0);
  for (const item of older) {
    const isNew = item.kind === 'log' && item.title.startsWith('previous') && !all.some(({ digest, title }) => digest === item.digest || title === item.title);
    if (!isNew || all.length >= MOST_ITEMS || size + item.text.length > MOST_CHARACTERS) continue;
    all.push(item);
    size += item.text.length;
  }
  return all;
}
