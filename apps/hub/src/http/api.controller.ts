import { chaptersOf } from '@fleetmend/lifecycle';
import type { ClusterSummary, Overview, RemediationRequest, RequestStory, RequestSummary, RolloutSummary } from '@fleetmend/model';
import { Controller, Get, Inject, NotFoundException, Param, Query, Req, Sse, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import { HUB_PARTS, type HubParts } from '../hub-parts.ts';
import type { AskedBy } from './access-guard.ts';
import type { Viewer } from './access.ts';
import { overviewOf } from './overview.ts';
import { summarise } from './request-summary.ts';
import { rolloutSummary } from './rollout-summary.ts';
import { needGet, visible, visibleClusters } from './visible.ts';

const KEEP_ALIVE = 15_000;

/** The guard has put it there; without it nothing is shown. */
function viewerOf({ viewer }: AskedBy): Viewer {
  if (viewer === undefined) throw new Error('a request reached the API past its guard');
  return viewer;
}

/** The read API. It changes nothing: what people decide, they decide in Git, in the forge, or with kubectl. */
@Controller('api')
export class ApiController {
  readonly #parts: HubParts;

  constructor(@Inject(HUB_PARTS) parts: HubParts) {
    this.#parts = parts;
  }

  #seenBy(by: AskedBy): Promise<readonly RemediationRequest[]> {
    return visible(viewerOf(by), 'remediationrequests', this.#parts.requests.cached());
  }

  @Get('overview')
  async overview(@Req() by: AskedBy): Promise<Overview> {
    return overviewOf(await this.#seenBy(by));
  }

  @Get('requests')
  async requests(@Req() by: AskedBy, @Query('phase') phase?: string, @Query('cluster') cluster?: string): Promise<{ readonly items: readonly RequestSummary[] }> {
    const items = (await this.#seenBy(by)).filter((request) => (!phase || request.status.phase === phase) && (!cluster || request.spec.clusters.includes(cluster)));
    return { items: items.map(summarise).sort((a, b) => b.createdAt.localeCompare(a.createdAt)) };
  }

  @Get('requests/:namespace/:name')
  async request(@Req() by: AskedBy, @Param('namespace') namespace: string, @Param('name') name: string): Promise<RemediationRequest> {
    await needGet(viewerOf(by), namespace, name);
    const request = await this.#parts.requests.get(namespace, name);
    if (!request) throw new NotFoundException(`there is no request ${namespace}/${name}`);
    return request;
  }

  @Get('requests/:namespace/:name/story')
  async story(@Req() by: AskedBy, @Param('namespace') namespace: string, @Param('name') name: string): Promise<RequestStory> {
    const request = await this.request(by, namespace, name);
    const evidence = await this.#parts.evidence.get((request.status.diagnosis?.evidence ?? []).map(({ digest }) => digest));
    return { request, story: chaptersOf(request).map(({ mood, text }) => ({ mood, text })), evidence };
  }

  @Get('clusters')
  async clusters(@Req() by: AskedBy): Promise<{ readonly items: readonly ClusterSummary[] }> {
    const { settings, openSet, requests } = this.#parts;
    const mayHearOf = await visibleClusters(viewerOf(by), requests.cached());
    const clusters = await settings.clusters();
    return {
      items: clusters.filter(({ name }) => mayHearOf(name)).map(({ name, labels, status }) => ({
        name,
        labels,
        agentVersion: status.agent?.version,
        lastContact: openSet.lastContact(name),
        open: status.open ?? openSet.open(name).length,
        policy: status.policy?.judged ?? this.#parts.policyEngine.active().digest,
      })),
    };
  }

  @Get('rollouts')
  async rollouts(@Req() by: AskedBy): Promise<{ readonly items: readonly RolloutSummary[] }> {
    const [all, clusters] = await Promise.all([this.#parts.rollouts(), this.#parts.settings.clusters()]);
    const placed = all.map((rollout) => ({ rollout, metadata: { namespace: rollout.object.metadata.namespace ?? '' } }));
    const seen = all.length === 0 ? [] : await visible(viewerOf(by), 'policyrollouts', placed);
    return { items: seen.map(({ rollout }) => rolloutSummary(rollout, clusters)) };
  }

  /** `request`: one that exists or changed. `gone`: one that was deleted. Each is asked about anew: a stream may outlive a right. */
  @Sse('events')
  events(@Req() by: AskedBy): Observable<MessageEvent> {
    const { requests } = this.#parts;
    const viewer = viewerOf(by);
    return new Observable((subscriber) => {
      const tell = async (namespace: string, name: string) => {
        if (!(await viewer.may({ verb: 'list', resource: 'remediationrequests', namespace }))) return;
        const request = requests.cached().find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
        subscriber.next(request ? { type: 'request', data: summarise(request) } : { type: 'gone', data: { namespace, name } });
      };
      // Whoever cannot be told ends the stream; the page asks again, and is told why.
      const unwatch = requests.watch(({ namespace, name }) => void tell(namespace, name).catch((error: unknown) => subscriber.error(error)));
      const beat = setInterval(() => subscriber.next({ type: 'beat', data: {} }), KEEP_ALIVE);
      return () => {
        unwatch();
        clearInterval(beat);
      };
    });
  }
}
