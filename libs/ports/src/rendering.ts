import type { KubeObject } from '@fleetmend/model';
import type { Tree } from './repository.ts';

/** Runs a pinned renderer (`kustomize`, `helm`) over a folder of a tree, without network or credentials. */
export interface Renderer {
  readonly name: string;
  /** Throws PermanentError `RendererMissing` naming the program and how to get it, `RenderFailed` with its own words. */
  render(input: { readonly tree: Tree; readonly path: string; readonly options?: Readonly<Record<string, string>> }, signal?: AbortSignal): Promise<readonly KubeObject[]>;
}

/** Charts and remote bases, fetched by digest before a render needs them. */
export interface Charts {
  fetch(reference: { readonly repository: string; readonly name: string; readonly version: string }): Promise<{ readonly path: string; readonly digest: string }>;
}
