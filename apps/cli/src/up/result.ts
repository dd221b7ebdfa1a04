import { isTerminal } from '@fleetmend/lifecycle';
import type { RemediationRequest } from '@fleetmend/model';

/** What `--json` prints as its last line. */
export interface Result {
  /** Where the request stands; `None`: there is no request. */
  readonly phase: string;
  readonly attempt: number;
  /** How many requests there are in all. */
  readonly requests: number;
  readonly pullRequest?: { readonly state: 'open' | 'merged' | 'closed'; readonly number: number; readonly url: string; readonly branch: string; readonly mergeSHA?: string };
  /** Present when a memory limit was changed. */
  readonly memory?: { readonly before: string; readonly after: string };
  /** Since the command was started. */
  readonly seconds: number;
  /** Path of the bare repository. */
  readonly repository: string;
  readonly kubeconfig: string;
}

export interface ResultInput {
  /** The request that the result is about. */
  readonly request: RemediationRequest | undefined;
  readonly requests: number;
  readonly milliseconds: number;
  readonly repository: string;
  readonly kubeconfig: string;
}

export function renderResult({ request, requests, milliseconds, repository, kubeconfig }: ResultInput): Result {
  const status = request?.status;
  const pullRequest = status?.pullRequest;
  const memory = memoryChange(request);
  return {
    phase: status?.phase ?? 'None',
    attempt: status?.attempt ?? 0,
    requests,
    ...(pullRequest ? { pullRequest: { state: lowerState(pullRequest.state), number: pullRequest.number, url: pullRequest.url, branch: pullRequest.branch, ...(pullRequest.mergeSHA === undefined ? {} : { mergeSHA: pullRequest.mergeSHA }) } } : {}),
    ...(memory ? { memory } : {}),
    seconds: Math.round(milliseconds / 100) / 10,
    repository,
    kubeconfig,
  };
}

/** The memory limit that the request's plan changes. */
export function memoryChange(request: RemediationRequest | undefined): { readonly before: string; readonly after: string } | undefined {
  const change = request?.status.plan?.changes.find(({ path }) => path.endsWith('limits/memory'));
  return change?.before === undefined || change.after === undefined ? undefined : { before: change.before, after: change.after };
}

/** The request is at its end and its outcome is remembered: nothing about it changes any more. */
export function isFinished({ status }: RemediationRequest): boolean {
  return isTerminal(status.phase) && status.aftermath?.learned !== undefined;
}

function lowerState(state: 'Open' | 'Closed' | 'Merged'): 'open' | 'merged' | 'closed' {
  return state === 'Merged' ? 'merged' : state === 'Closed' ? 'closed' : 'open';
}
