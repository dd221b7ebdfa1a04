import type { KubeObject } from '../../objects.ts';

/** What a client asks of a container's log. */
export interface LogRequest {
  readonly pod: KubeObject;
  readonly container: string;
  /** The run before this one. */
  readonly previous: boolean;
  readonly follow: boolean;
  readonly tailLines: number | undefined;
  readonly sinceSeconds: number | undefined;
  readonly sinceTime: string | undefined;
  readonly limitBytes: number | undefined;
  readonly timestamps: boolean;
  /** Aborted when the client goes. */
  readonly signal: AbortSignal;
}

/**
 * The kubelets' side of `pods/log`: yields text as it is. Refuses with a StatusError, as a kubelet does for a container
 * that has not started or never ran before.
 */
export type PodLogs = (request: LogRequest) => AsyncIterable<string>;
