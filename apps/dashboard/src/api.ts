import type { ClusterSummary, Overview, RequestStory, RequestSummary } from '@fleetmend/model';

/** The hub's read API. What goes wrong is an Error whose message a person can act on. */
export const api = {
  requests: () => get<{ readonly items: readonly RequestSummary[] }>('/api/requests').then(({ items }) => items),
  overview: () => get<Overview>('/api/overview'),
  clusters: () => get<{ readonly items: readonly ClusterSummary[] }>('/api/clusters').then(({ items }) => items),
  story: (namespace: string, name: string) => get<RequestStory>(`/api/requests/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/story`),
};

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' } }).catch(() => {
    throw new Error('The hub does not answer. It may be restarting; this page goes on as soon as it is back.');
  });
  if (response.status === 404) throw new Error('There is nothing under this name. It may have been archived: finished requests are kept for a day, failed ones for a week.');
  if (response.status === 401 || response.status === 403) throw new Error('The hub does not let you see this. Ask for read access to remediationrequests.');
  if (!response.ok) throw new Error(`The hub answered ${response.status} to ${path}. Its log says why.`);
  return (await response.json()) as T;
}
