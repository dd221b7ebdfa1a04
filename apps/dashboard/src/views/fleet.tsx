import type { ClusterSummary, Overview, RequestSummary } from '@fleetmend/model';
import { connection, fleet } from '../fleet-state.ts';
import { Age } from '../parts/age.tsx';
import { now } from '../parts/now.ts';
import { Phase } from '../parts/phase.tsx';
import { requestLink } from '../route.ts';
import { FILTERS, renderPercent, renderSpan, safeLink } from '../wording.ts';

/** The page that people leave open: the fleet's health, and every request. */
export function FleetPage({ show }: { readonly show: string }) {
  const { requests, clusters, overview } = fleet.value;
  const filter = FILTERS.find(({ key }) => key === show) ?? FILTERS[0];
  return (
    <>
      <Numbers overview={overview} />
      <Clusters clusters={clusters} />
      <section aria-labelledby="requests">
        <div class="bar">
          <h2 id="requests">Requests</h2>
          <nav aria-label="Which requests">
            {FILTERS.map(({ key, label, shows }) => (
              <a key={key} href={`#/?show=${key}`} aria-current={key === filter.key ? 'page' : undefined}>
                {label} <span class="count">{requests.filter(shows).length}</span>
              </a>
            ))}
          </nav>
        </div>
        <Requests requests={requests.filter(filter.shows)} />
      </section>
    </>
  );
}

function Numbers({ overview }: { readonly overview: Overview | undefined }) {
  const all: readonly (readonly [string, string, string])[] = [
    ['In progress', overview ? String(overview.live) : '–', 'requests that have not ended'],
    ['For people', overview ? String(overview.waiting) : '–', 'wait for a review, a merge or an approval'],
    ['Success rate', renderPercent(overview?.successRatio), overview?.successRatio === undefined ? 'nothing was tried yet' : `${overview.succeeded} repaired, ${overview.failed} failed, ${overview.escalated} escalated`],
    ['Time to repair', overview?.timeToRepair === undefined ? '–' : renderSpan(overview.timeToRepair), 'mean, from first sight to verified recovery'],
  ];
  return (
    <dl class="numbers">
      {all.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
            <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

const SILENT_AFTER = 120_000;

function Clusters({ clusters }: { readonly clusters: readonly ClusterSummary[] }) {
  if (clusters.length === 0) return null;
  return (
    <section aria-labelledby="clusters">
      <h2 id="clusters">Clusters</h2>
      <ul class="clusters">
        {clusters.map(({ name, labels, lastContact, open }) => {
          const silent = lastContact === undefined || now.value - lastContact > SILENT_AFTER;
          return (
            <li key={name} class={silent ? 'silent' : open > 0 ? 'failing' : 'healthy'}>
              <strong>{name}</strong>
              <span class="labels">{Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(' ')}</span>
              <span>{silent ? <>silent{lastContact === undefined ? '' : <> for <Age since={lastContact} /></>}</> : open === 0 ? 'nothing failing' : `${open} failing`}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Requests({ requests }: { readonly requests: readonly RequestSummary[] }) {
  if (connection.value === 'connecting') return <p class="empty">Reading the list …</p>;
  if (requests.length === 0) return <p class="empty">Nothing here. Either nothing fails for long enough to matter, or another view has what you look for.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Target</th>
          <th scope="col">Failure</th>
          <th scope="col">Phase</th>
          <th scope="col">Cause</th>
          <th scope="col">Pull request</th>
          <th scope="col">Age</th>
        </tr>
      </thead>
      <tbody>
        {requests.map((request) => (
          <tr key={request.uid}>
            <td data-head="Target">
              <a href={requestLink(request)}>{request.target ?? request.name}</a>
              <small>{request.clusters.join(', ')}</small>
            </td>
            <td data-head="Failure">{request.failure}</td>
            <td data-head="Phase">
              <Phase phase={request.phase} />
            </td>
            <td data-head="Cause" class="cause">
              {request.cause ?? request.reason ?? ''}
            </td>
            <td data-head="Pull request">
              <PullRequestLink url={request.pullRequest} />
            </td>
            <td data-head="Age">
              <Age since={request.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The forge's page where it has one; a local forge has none, and shows its name. */
export function PullRequestLink({ url }: { readonly url: string | undefined }) {
  if (url === undefined || url === '') return <span>–</span>;
  const label = /(\d+)$/.exec(url)?.[1];
  const link = safeLink(url);
  const text = label ? `#${label}` : url;
  return link ? (
    <a href={link} rel="noreferrer noopener">
      {text}
    </a>
  ) : (
    <span title={url}>{text}</span>
  );
}
