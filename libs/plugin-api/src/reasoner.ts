import type { Action, DiagnosisSource, EvidenceItem, FieldPath, KubeObject, ModelUse, ObjectRef, Precedent, RemediationRequestSpec } from '@fleetmend/model';

/** What a field of the target was in Git, newest first; the first entry is the value at the base. */
export interface FieldHistory {
  readonly path: readonly string[];
  readonly values: readonly { readonly value: unknown; readonly commit: string; readonly at: number }[];
}

/** What one commit made of one field of an object that the same application renders. */
export interface GitChange {
  readonly object: ObjectRef;
  /** The whole difference in one place: a map that was added or taken out is one change. Empty: the object itself came or went. */
  readonly path: FieldPath;
  /** Undefined: it was not there. */
  readonly before: unknown;
  readonly after: unknown;
  /** Newest commit that still held `before`. */
  readonly beforeCommit: string;
  readonly commit: string;
  readonly message: string;
  readonly at: number;
}

/** What the target's application rendered to at one commit. The data of Secrets is left out. */
export interface GitVersion {
  readonly commit: string;
  readonly message: string;
  /** What the commit says below its first line; absent: nothing. */
  readonly body?: string | undefined;
  readonly at: number;
  readonly objects: readonly KubeObject[];
  /** Made by a control plane like this one, as the commit itself says. */
  readonly ours?: true;
}

/** One place of a file that differs between the last state that could be rendered and the head; with it alone put back, the head can be, too. */
export interface SourceRestore {
  readonly file: string;
  /** Of the file; absent: the path is the number of a line. */
  readonly document?: number | undefined;
  readonly path: FieldPath;
  /** The last state that could be rendered, and the value that stood there, as people may see it. */
  readonly commit: string;
  readonly before: string;
  readonly after: string;
  /** Why it is none for a machine all the same: it lies where nobody opened the repository, or takes something away. */
  readonly closed?: string | undefined;
}

/** The target is an object of a GitOps engine, and what it applies cannot be rendered at the head. */
export interface BrokenBuild {
  /** In the words of the renderer. */
  readonly error: string;
  /** The folder that it is to be rendered from is not there at all. */
  readonly missing?: true | undefined;
  /** The last commit that was applied, or that could be rendered. Undefined: there is none within reach. */
  readonly good: string | undefined;
  /** The commit with which it began. */
  readonly brokenBy: { readonly commit: string; readonly message: string } | undefined;
  /** Every single place that mends it. */
  readonly restores: readonly SourceRestore[];
  /** The path by which the object itself names what it applies, where the folder of its newest value is not there and that of an earlier one renders what was applied. */
  readonly path?: { readonly path: FieldPath; readonly commit: string; readonly before: string; readonly after: string; readonly closed?: string | undefined } | undefined;
  /** What differs and is no such place, or does not mend it; for people. */
  readonly tried: readonly string[];
}

/** Everything that a reasoner may look at. Evidence is redacted; the case holds no credential and no raw log. */
export interface Case {
  readonly request: { readonly uid: string; readonly spec: RemediationRequestSpec; readonly attempt: number };
  readonly cluster: string;
  /** The target as it is live. */
  readonly target: KubeObject;
  /** Other objects that bear on it: pods, ReplicaSets, LimitRanges, ResourceQuotas, Nodes, Services … */
  readonly related: readonly KubeObject[];
  /** Services of other namespaces that its settings name, as they are live. Absent: they were not looked for. */
  readonly reached?: readonly KubeObject[] | undefined;
  readonly evidence: readonly EvidenceItem[];
  /** How many placeholders stand in the evidence for what was taken out of it, by type. Absent: nobody counted. */
  readonly redactions?: Readonly<Record<string, number>> | undefined;
  /** Of the target, field by field: those that a commit changed, and those that always matter. */
  readonly history: readonly FieldHistory[];
  /** The application as Git had it, newest first; the first is the head. Empty: the target has no place in Git. */
  readonly versions: readonly GitVersion[];
  /** What the commits between those versions changed, newest first. */
  readonly changes: readonly GitChange[];
  /** When somebody put something back last, since it fails: those changes are left out of the others. Absent: nobody did. */
  readonly putBackAt?: number | undefined;
  /** Where the target is an object of an engine that cannot build the head, and it cannot be rendered here either. */
  readonly build?: BrokenBuild | undefined;
  /** Finished cases like this one, best first, each with its weight (negative: it did harm). */
  readonly precedents: readonly { readonly precedent: Precedent; readonly weight: number }[];
  /** Actions that were tried in earlier attempts, or denied in this one, as canonical JSON: never propose one again. */
  readonly tried: readonly string[];
}

/** A reasoner's answer. Several candidates are tried in order; `abstain` alone hands the case to a human. */
export interface Reasoning {
  readonly cause: string;
  /** 0 to 1. Below the floor of the hub's config the request is escalated. */
  readonly confidence: number;
  readonly source: DiagnosisSource;
  /** Digests of the evidence items it rests on. */
  readonly cites: readonly string[];
  readonly candidates: readonly Action[];
  /** What a language model took, when one was asked, also when its answer was of no use. */
  readonly model?: ModelUse;
  /** It only abstains because it does not know: whoever is asked next may know better. Never set where it knows that nothing is safe. */
  readonly inconclusive?: boolean;
}

/** Finds the cause and says what would mend it, as typed actions. Tiers are asked cheapest first; each may say "not mine". */
export interface Reasoner {
  readonly kind: string;
  /** Undefined: not mine. Throws only for trouble worth a retry. */
  reason(kase: Case, signal: AbortSignal): Promise<Reasoning | undefined>;
  /** Lets go of what it holds open. */
  close?(): Promise<void>;
}
