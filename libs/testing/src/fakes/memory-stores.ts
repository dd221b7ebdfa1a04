import type { EvidenceItem, Precedent } from '@fleetmend/model';
import type { Announcement, Notifier, Reasoner, RolloutHalt, RolloutTeller, Ticket, Veto, VectorStore } from '@fleetmend/plugin-api';
import type { Audit, AuditRecord, Evidence, Settings } from '@fleetmend/ports';

/** Precedents and vetoes by key, ranked by fingerprint and class alone. */
export function memoryVectorStore(): VectorStore & { readonly precedents: ReadonlyMap<string, Precedent> } {
  const precedents = new Map<string, Precedent>();
  const vetoes: Veto[] = [];
  return {
    kind: 'memory',
    precedents,
    put: async (precedent) => void precedents.set(precedent.id, precedent),
    find: async ({ tenant, fingerprint, class: kind, limit }) =>
      [...precedents.values()]
        .filter((one) => one.tenant === tenant && (one.fingerprint === fingerprint || one.class === kind))
        .map((precedent) => (precedent.fingerprint === fingerprint ? { precedent, score: 1, by: 'Fingerprint' as const } : { precedent, score: 0.5, by: 'Structure' as const }))
        .sort((a, b) => b.score - a.score)
        .slice(0, limit),
    list: async ({ tenant, limit }) => [...precedents.values()].filter((one) => one.tenant === tenant).sort((a, b) => b.at - a.at || a.id.localeCompare(b.id)).slice(0, limit),
    async putVeto(veto) {
      if (!vetoes.some((one) => one.tenant === veto.tenant && one.key === veto.key)) vetoes.push(veto);
    },
    findVetoes: async (tenant, keys) => vetoes.filter((veto) => veto.tenant === tenant && keys.includes(veto.key)),
    async forget(tenant, keys) {
      const ids = [...precedents.values()].filter((one) => one.tenant === tenant && (keys.includes(one.id) || keys.includes(one.fingerprint))).map((one) => one.id);
      ids.forEach((id) => precedents.delete(id));
      const dropped = vetoes.filter((veto) => veto.tenant === tenant && keys.includes(veto.key));
      for (const veto of dropped) vetoes.splice(vetoes.indexOf(veto), 1);
      return ids.length + dropped.length;
    },
    close: async () => undefined,
  };
}

export interface MemoryTicket extends Ticket {
  open: boolean;
}

/** A channel that keeps what it was told: each move once, each ticket once, and halts as often as they are told. */
export function memoryNotifier(): Notifier & RolloutTeller & { readonly halts: readonly RolloutHalt[]; readonly said: ReadonlyMap<string, Announcement>; readonly tickets: ReadonlyMap<string, MemoryTicket> } {
  const said = new Map<string, Announcement>();
  const tickets = new Map<string, MemoryTicket>();
  const halts: RolloutHalt[] = [];
  return {
    kind: 'memory',
    halts,
    announceHalt: async (halt) => void halts.push(halt),
    said,
    tickets,
    announce: async (announcement) => void (said.has(announcement.key) || said.set(announcement.key, announcement)),
    async escalate(ticket) {
      if (!tickets.has(ticket.marker)) tickets.set(ticket.marker, { ...ticket, open: true });
      return { url: `memory:ticket/${ticket.marker}` };
    },
    async closeTicket({ marker }) {
      const ticket = tickets.get(marker);
      if (ticket !== undefined) ticket.open = false;
    },
  };
}

export function memoryAudit(): Audit & { readonly records: readonly AuditRecord[] } {
  const records: AuditRecord[] = [];
  return { records, record: async (record) => void records.push(record) };
}

export function memoryEvidence(): Evidence {
  const items = new Map<string, EvidenceItem>();
  return {
    put: async (added) => added.forEach((item) => items.set(item.digest, item)),
    get: async (digests) => digests.flatMap((digest) => items.get(digest) ?? []),
  };
}

/** What people wrote down; assign to a list to change it. */
export interface WrittenSettings {
  policies: Awaited<ReturnType<Settings['policies']>>;
  bindings: Awaited<ReturnType<Settings['bindings']>>;
  clusters: Awaited<ReturnType<Settings['clusters']>>;
  approvals: Awaited<ReturnType<Settings['approvals']>>['approvals'];
  trusted: boolean;
}

export function memorySettings(written: Partial<WrittenSettings> = {}): { readonly port: Settings; readonly written: WrittenSettings } {
  const held: WrittenSettings = { policies: [], bindings: [], clusters: [], approvals: [], trusted: true, ...written };
  const port: Settings = {
    policies: async () => held.policies,
    bindings: async () => held.bindings,
    clusters: async () => held.clusters,
    approvals: async () => ({ trusted: held.trusted, approvals: held.approvals }),
  };
  return { port, written: held };
}

/** A reasoner that answers what it is told to. */
export function scriptedReasoner(reason: (kase: Parameters<Reasoner['reason']>[0]) => Awaited<ReturnType<Reasoner['reason']>>): Reasoner {
  return { kind: 'scripted', reason: async (kase) => reason(kase) };
}
