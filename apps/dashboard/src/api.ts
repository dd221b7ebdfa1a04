import type { ClusterSummary, Overview, RequestStory, RequestSummary, RolloutSummary } from '@fleetmend/model';
import { asked, tokenWanted } from './token.ts';

/** The hub's read API. What goes wrong is an Error whose message a person can act on. */
export const api = {
  requests: () => get<{ readonly items: readonly RequestSummary[] }>('/api/requests').then(({ items }) => items),
  overview: () => get<Overview>('/api/overview'),
  clusters: () => get<{ readonly items: readonly ClusterSummary[] }>('/api/clusters').then(({ items }) => items),
  rollouts: () => get<{ readonly items: readonly RolloutSummary[] }>('/api/rollouts').then(({ items }) => items),
  story: (namespace: string, name: string) => get<RequestStory>(`/api/requests/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/story`),
};

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: asked('application/json') }).catch(() => {
    throw new Error('The hub does not answer. It may be restarting; this page goes on as soon as it is back.');
  });
  if (response.status === 404) throw new Error('There is nothing under this name. It may have been archived: finished requests are kept for a day, failed ones for a week.');
  if (response.status === 401) {
    tokenWanted.value = true;
    throw new Error('The hub wants to know who you are.');
  }
  if (response.status === 403) throw new Error('Your roles do not let you see this. Ask for a role with get, list and watch on remediationrequests (and policyrollouts) of fleetmend.dev.');
  if (!response.ok) throw new Error(`The hub answered ${response.status} to ${path}. Its log says why.`);
  return (await response.json()) as T;
}
