import type { Duration } from '@fleetmend/kernel';

/**
 * What a simulated process does, one step after the other. The same arguments always give the same steps,
 * so that a process can be rebuilt from its arguments and its start time alone.
 */
export type Step =
  | { readonly do: 'log'; readonly text: string }
  | { readonly do: 'requireEnv'; readonly name: string; readonly value?: string }
  | { readonly do: 'requireFile'; readonly path: string }
  | { readonly do: 'requireDns'; readonly host: string; readonly patience: Duration }
  | { readonly do: 'requireConnect'; readonly host: string; readonly port: number; readonly patience: Duration }
  | { readonly do: 'write'; readonly path: string }
  | { readonly do: 'holdMemory'; readonly bytes: bigint; readonly text: string }
  /** `health` undefined: 404 on every path. `anyPath`: 200 on every path. */
  | { readonly do: 'listen'; readonly port: number; readonly health?: string; readonly anyPath?: boolean; readonly readyAfter: Duration }
  | { readonly do: 'wait'; readonly for: Duration }
  | { readonly do: 'exit'; readonly code: number };

export interface Program {
  readonly steps: readonly Step[];
}

/** The program of images that nobody knows: serves its declared ports for ever. */
export function serveForEver(ports: readonly number[]): Program {
  return { steps: ports.map((port) => ({ do: 'listen', port, anyPath: true, readyAfter: 0 })) };
}
