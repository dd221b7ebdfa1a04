import type { PlanStatement, SignedStatement } from '@fleetmend/model';

/** One decision step, for the record. Values are ids, digests and short words; never secrets, never evidence text. */
export interface AuditRecord {
  readonly step: string;
  readonly actor: string;
  readonly request: { readonly namespace: string; readonly name: string; readonly uid: string; readonly attempt: number };
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Audit {
  /** Resolves once the record is durable where the embedded default keeps it. */
  record(record: AuditRecord): Promise<void>;
}

/** Signs a statement with the hub's own key. */
export type Attest = (statement: PlanStatement) => SignedStatement;
