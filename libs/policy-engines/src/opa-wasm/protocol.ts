/** What the worker is started with. */
export interface WorkerStart {
  readonly wasm: Uint8Array;
  readonly data: unknown;
  /** Upper bound of the memory that a decision may take, in pages of 64 KiB. */
  readonly maximumPages: number;
  readonly entrypoint: string;
}

export interface WorkerQuestion {
  readonly id: number;
  readonly input: unknown;
}

/** `ready` and `broken` answer the start, `decided` and `trapped` one question each. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly message: string }
  | { readonly kind: 'decided'; readonly id: number; readonly results: unknown }
  | { readonly kind: 'trapped'; readonly id: number; readonly message: string };
