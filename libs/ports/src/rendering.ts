import type { KubeObject } from '@fleetmend/model';
import type { Tree } from './repository.ts';

/** Runs a pinned renderer (`kustomize`, `helm`) over a folder of a tree, without network or credentials. */
export interface Renderer {
  readonly name: string;
  /** Throws PermanentError `RendererMissing` naming the program and how to get it, `RenderFailed` with its own words. */
  render(input: { readonly tree: Tree; readonly path: string; readonly options?: Readonly<Record<string, string>> }, signal?: AbortSignal): Promise<readonly KubeObject[]>;
}

/** A chart of a chart repository, as an engine deployed it. */
export interface ChartReference {
  /** `https://…`: a Helm repository, which has an `index.yaml`. `oci://…`: the chart's own repository in a registry. */
  readonly repository: string;
  readonly name: string;
  /** Exact: what a range came to is the engine's to say. */
  readonly version: string;
  /** Digest of its manifest in a registry, where the engine tells: then the version only names it. */
  readonly digest?: string | undefined;
}

export interface FetchedChart {
  /** Of the archive, `sha256:…`. */
  readonly digest: string;
  /** What the archive holds, below the chart's own folder. */
  readonly tree: Tree;
}

/**
 * Charts, fetched by digest before a render needs them: renderers have no network.
 *
 * @throws PermanentError `ChartUnavailable` that says what of it cannot be had and the next step; whatever else it throws is transient.
 */
export interface Charts {
  fetch(reference: ChartReference): Promise<FetchedChart>;
}
