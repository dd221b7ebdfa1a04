import type { KubeObject } from '../objects.ts';
import type { Cluster, Draft } from './cluster.ts';
import type { FieldError } from './refusals.ts';

/** What is special about one built-in kind. Everything is optional: a kind without rules is stored as it comes. */
export interface KindRules {
  /** Fills in what the real server fills in; runs on every write. */
  readonly defaults?: (draft: Draft, old: KubeObject | undefined) => void;
  /** On create, after defaults: resets what clients may not set. */
  readonly prepareCreate?: (draft: Draft, cluster: Cluster) => void;
  /** On update, after defaults: carries over what clients may not change. */
  readonly prepareUpdate?: (draft: Draft, old: KubeObject, cluster: Cluster) => void;
  readonly validate?: (draft: Draft, old: KubeObject | undefined, context: ValidationContext) => readonly FieldError[];
  /** `metadata.generation` counts changes of spec. */
  readonly generation?: boolean;
  /** A client's status is kept on create (Nodes, for example). */
  readonly keepsStatus?: boolean;
  /** The status that a new object starts with; `{}` where the type has one and nothing is said. */
  readonly newStatus?: Readonly<Record<string, unknown>>;
  readonly nameRule?: 'subdomain' | 'label' | 'path';
  /** PUT must name the resourceVersion. */
  readonly conditionalUpdate?: boolean;
}

export interface ValidationContext {
  readonly trusted: boolean;
}
