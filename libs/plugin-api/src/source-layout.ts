import type { FileEdit, IntendedChange, KubeObject, ObjectRef, RepoBindingSpec } from '@fleetmend/model';
import type { Tree } from '@fleetmend/ports';
import type { Application } from './gitops-engine.ts';

export interface LocateInput {
  readonly cluster: string;
  readonly target: ObjectRef;
  /** The engine's object that applies the target, when one was found. */
  readonly application: Application | undefined;
  readonly binding: RepoBindingSpec;
  readonly tree: Tree;
}

/** Where the target comes from, with the chain of evidence that a reviewer can check. */
export interface SourceOrigin {
  readonly layout: string;
  /** File that holds the target. */
  readonly path: string;
  /** Index of the document inside the file. */
  readonly document: number;
  /** Folder that is rendered to get the target. */
  readonly root: string;
  /** Further folders and files that the root is rendered from, such as a base: a commit that touches one may change the target. */
  readonly includes?: readonly string[];
  readonly evidence: readonly string[];
}

/**
 * One way in which manifests live in Git. Deterministic: the same tree gives the same answer.
 *
 * `locate` answers undefined for "not my layout"; it throws PermanentError `SourceNotFound`, `SourceAmbiguous` (naming the
 * candidates) or `NotEditable` (naming file and cause) when the layout is its own but no safe place was found.
 */
export interface SourceLayout {
  readonly kind: string;
  locate(input: LocateInput): Promise<SourceOrigin | undefined>;
  /** The smallest edits that make the change; no difference gives none. Throws PermanentError `NotEditable`. */
  edit(input: { readonly origin: SourceOrigin; readonly change: IntendedChange; readonly tree: Tree }): Promise<readonly FileEdit[]>;
  /** Every object that the origin's root renders to, of the given tree. */
  render(input: { readonly origin: SourceOrigin; readonly tree: Tree }): Promise<readonly KubeObject[]>;
}
