import { z } from 'zod';
import { BundleInfo, Mode, Tier, Violation } from '@fleetmend/model';

const Op = z.enum(['Create', 'Update', 'Delete']);
const AnyObject = z.record(z.string(), z.unknown());

/**
 * What policy judges, schema `remediation.gate/v1`. Pure data: whatever needs arithmetic on quantities, time or cost was
 * computed before and is handed in as a fact, so that a decision can be replayed from the log.
 */
export const GateInput = z.object({
  schema: z.literal('remediation.gate/v1'),
  request: z.object({
    uid: z.string(),
    name: z.string(),
    namespace: z.string(),
    cluster: z.string(),
    clusterLabels: z.record(z.string(), z.string()),
    failure: z.object({ class: z.string() }),
    target: z.object({ apiVersion: z.string(), kind: z.string(), namespace: z.string().optional(), name: z.string(), container: z.string().optional() }).optional(),
    attempt: z.int(),
  }),
  plan: z.object({
    digest: z.string(),
    action: z.string(),
    kind: z.enum(['Repair', 'Revert']),
    confidence: z.number(),
    source: z.string(),
    /** Name of the language model that proposed it; null: none did. */
    model: z.string().nullable(),
    /** The engine never applied the base: at least T1. */
    unapplied: z.boolean(),
    /** Every changed value equals an earlier committed value of the same field. */
    restoresEarlierValue: z.boolean(),
  }),
  change: z.object({
    /** Of a kustomization also the top-level fields that differ. */
    files: z.array(z.object({ path: z.string(), added: z.int(), removed: z.int(), sections: z.array(z.string()).optional() })),
    objects: z.array(
      z.object({
        cluster: z.string(),
        apiVersion: z.string(),
        kind: z.string(),
        namespace: z.string(),
        name: z.string(),
        op: Op,
        /** JSON Pointers of the leaves that differ. */
        paths: z.array(z.string()),
        before: AnyObject.nullable(),
        after: AnyObject.nullable(),
      }),
    ),
    /** Changed quantities in base units, by index into `objects`. */
    norm: z.array(
      z.object({ object: z.int(), path: z.string(), before: z.number().nullable(), after: z.number().nullable(), unit: z.enum(['bytes', 'millicores', 'count']) }),
    ),
    /**
     * The base cannot be rendered, and the edit mends that: the objects are all that differs from this earlier revision, none where nothing does,
     * and commits of people brought it; the namespaces are those in which the application had objects then. Null, or absent: the plan's own change.
     */
    since: z.object({ revision: z.string(), namespaces: z.array(z.string()) }).nullable().optional(),
  }),
  facts: z.object({
    /** RFC 3339. */
    now: z.string(),
    frozen: z.array(z.object({ name: z.string(), until: z.string() })),
    attempts: z.object({ lastDay: z.int(), limit: z.int(), notBefore: z.string().optional() }),
    coolDownUntil: z.string().optional(),
    openPullRequests: z.array(z.object({ scope: z.string(), open: z.int(), limit: z.int() })),
    blastRadius: z.object({ objects: z.int(), applications: z.int(), clusters: z.int(), pods: z.int() }),
    renderProof: z.object({ renderer: z.string(), exact: z.boolean(), unapplied: z.boolean() }).nullable(),
    evidenceCount: z.int(),
    /** Names and keys of Secrets that the application has in Git, or that its workloads referred to at an earlier commit. */
    secretsInGit: z.array(z.string()).optional(),
    /** What the change costs more in a month, null if nobody can tell; the most that it may, null without a limit; and the prices behind it. */
    cost: z.object({
      monthlyDeltaUSD: z.number().nullable(),
      limitUSD: z.number().nullable(),
      prices: z.object({ vcpuHourUSD: z.number(), gibHourUSD: z.number(), source: z.string() }),
    }),
    /** The error budget that is nearest to its end: 1 is whole, 0 is spent. Null: no policy names one. */
    sloBudget: z.object({ name: z.string(), left: z.number() }).nullable(),
    targetNamespaceIsCritical: z.boolean(),
  }),
  policy: z.object({
    mode: Mode,
    criticalNamespaces: z.array(z.string()),
    priorApprovalTiers: z.array(Tier),
    editablePaths: z.array(z.string()),
    /** Per changed file: some glob of `editablePaths` allows it. Globs are matched in TypeScript, by the rules of `.gitignore`-like lists. */
    pathAllowed: z.record(z.string(), z.boolean()),
    editBudget: z.object({ files: z.int(), lines: z.int() }),
    bundle: BundleInfo,
    stage: z.enum(['Shadow', 'Warn', 'Enforce']),
  }),
});
export type GateInput = z.infer<typeof GateInput>;

export const GateDecision = z.object({
  allow: z.boolean(),
  tier: Tier,
  violations: z.array(Violation),
  warnings: z.array(z.string()),
  requires: z.object({ approvals: z.int(), priorApproval: z.boolean(), reviewers: z.array(z.string()), labels: z.array(z.string()) }),
});
export type GateDecision = z.infer<typeof GateDecision>;

/**
 * Judges a change before anything is pushed. Denies by default: undefined, time-out, trap or an unknown schema are a
 * decision with `allow: false` and an `Unsafe` violation of id `E01` that says which.
 */
export interface PolicyEngine {
  readonly kind: string;
  /** The bundle that judges now. */
  active(): BundleInfo;
  evaluate(input: GateInput): Promise<GateDecision>;
  close(): Promise<void>;
}
