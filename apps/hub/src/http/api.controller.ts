import { chaptersOf } from '@fleetmend/lifecycle';
import type { ClusterSummary, Overview, RemediationRequest, RequestStory, RequestSummary } from '@fleetmend/model';
import { Controller, Get, Inject, NotFoundException, Param, Query, Sse, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import { HUB_PARTS, type HubParts } from '../hub-parts.ts';
import { overviewOf } from './overview.ts';
import { summarise } from './request-summary.ts';

const KEEP_ALIVE = 15_000;

/** The read API. It changes nothing: what people decide, they decide in Git, in the forge, or with kubectl. */
@Controller('api')
export class ApiController {
  readonly #parts: HubParts;

  constructor(@Inject(HUB_PARTS) parts: HubParts) {
    this.#parts = parts;
  }

  @Get('overview')
  overview(): Overview {
    return overviewOf(this.#parts.requests.cached());
  }

  @Get('requests')
  requests(@Query('phase') phase?: string, @Query('cluster') cluster?: string): { readonly items: readonly RequestSummary[] } {
    const items = this.#parts.requests.cached().filter((request) => (!phase || request.status.phase === phase) && (!cluster || request.spec.clusters.includes(cluster)));
    return { items: items.map(summarise).sort((a, b) => b.createdAt.localeCompare(a.createdAt)) };
  }

  @Get('requests/:namespace/:name')
  async request(@Param('namespace') namespace: string, @Param('name') name: string): Promise<RemediationRequest> {
    const request = await this.#parts.requests.get(namespace, name);
    if (!request) throw new NotFoundException(`there is no request ${namespace}/${name}`);
    return request;
  }

  @Get('requests/:namespace/:name/story')
  async story(@Param('namespace') namespace: string, @Param('name') name: string): Promise<RequestStory> {
    const request = await this.request(namespace, name);
    const evidence = await this.#parts.evidence.get((request.status.diagnosis?.evidence ?? []).map(({ digest }) => digest));
    return { request, story: chaptersOf(request).map(({ mood, text }) => ({ mood, text })), evidence };
  }

  @Get('clusters')
  async clusters(): Promise<{ readonly items: readonly ClusterSummary[] }> {
    const { settings, openSet } = this.#parts;
    const clusters = await settings.clusters();
    return {
      items: clusters.map(({ name, labels, status }) => ({
        name,
        labels,
        agentVersion: status.agent?.version,
        lastContact: openSet.lastContact(name),
        open: status.open ?? openSet.open(name).length,
        policy: status.policy?.judged ?? this.#parts.policyEngine.active().digest,
      })),
    };
  }

  /** `request`: one that exists or changed. `gone`: one that was deleted. */
  @Sse('events')
  events(): Observable<MessageEvent> {
    const { requests } = this.#parts;
    return new Observable((subscriber) => {
      const unwatch = requests.watch(({ namespace, name }) => {
        const request = requests.cached().find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
        subscriber.next(request ? { type: 'request', data: summarise(request) } : { type: 'gone', data: { namespace, name } });
      });
      const beat = setInterval(() => subscriber.next({ type: 'beat', data: {} }), KEEP_ALIVE);
      return () => {
        unwatch();
        clearInterval(beat);
      };
    });
  }
}
