import type { FileEdit, IntendedChange, KubeObject, ObjectRef, RepoBindingSpec, UsedChart } from '@fleetmend/model';
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

/** What one application applies: enough to render it from any tree. */
export interface SourceRoot {
  readonly layout: string;
  /** Folder that is rendered. */
  readonly root: string;
  /** Every folder and file that it is rendered from: a commit that touches none of them changes nothing. */
  readonly includes: readonly string[];
  /** The engine's object, where a layout needs more of it than the folder. */
  readonly application?: Application | undefined;
}

/** Where the target comes from, with the chain of evidence that a reviewer can check. */
export interface SourceOrigin extends SourceRoot {
  /** File that holds the target. */
  readonly path: string;
  /** Index of the document inside the file. */
  readonly document: number;
  readonly evidence: readonly string[];
  /** Objects of the engine in Git that carry values of the target, such as its HelmRelease: an edit may change them, and that is no change of its own. */
  readonly carriers?: readonly ObjectRef[] | undefined;
  /** Charts of chart repositories that the target is rendered from. */
  readonly charts?: readonly UsedChart[] | undefined;
}

/** A change that a layout is to write down. */
export interface EditInput {
  readonly origin: SourceOrigin;
  readonly change: IntendedChange;
  readonly tree: Tree;
  /** The RepoBinding lets machines edit this file. */
  readonly isEditable: (path: string) => boolean;
  /** The edits change nothing that an application outside the request renders: a place where that holds is better than any other. */
  readonly staysInside: (edits: readonly FileEdit[]) => Promise<boolean>;
  /** States of the repository after the last commits that touched what the origin is rendered from, newest first; absent: they are not known. */
  readonly earlier?: () => Promise<readonly Tree[]>;
}

/**
 * One way in which manifests live in Git. Deterministic: the same tree gives the same answer.
 *
 * `locate` answers undefined for "not my layout"; it throws PermanentError `SourceNotFound`, `SourceAmbiguous` (naming the
 * candidates), `NotEditable` (naming file and cause) or `ChartUnavailable` when the layout is its own but no safe place was found.
 */
export interface SourceLayout {
  readonly kind: string;
  locate(input: LocateInput): Promise<SourceOrigin | undefined>;
  /** What this layout renders for an application; undefined: it is another layout's. */
  rootOf(input: { readonly application: Application; readonly tree: Tree }): Promise<SourceRoot | undefined>;
  /**
   * The smallest edits that make the change where it stands, as far up in the layers as they reach; no difference gives none.
   * Throws PermanentError `NotEditable` naming every place that was tried, and why it was none.
   */
  edit(input: EditInput): Promise<readonly FileEdit[]>;
  /** Every object that the root renders to, of the given tree. Throws PermanentError `RenderFailed`, `RendererMissing`. */
  render(input: { readonly origin: SourceRoot; readonly tree: Tree }): Promise<readonly KubeObject[]>;
}
