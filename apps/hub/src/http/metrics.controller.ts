import { Controller, Get, Inject, Res } from '@nestjs/common';
import { HUB_PARTS, type HubParts } from '../hub-parts.ts';

interface Reply {
  type(contentType: string): Reply;
  send(text: string): void;
}

@Controller()
export class MetricsController {
  readonly #parts: HubParts;

  constructor(@Inject(HUB_PARTS) parts: HubParts) {
    this.#parts = parts;
  }

  @Get('metrics')
  async metrics(@Res() reply: Reply): Promise<void> {
    const { metrics, requests, bus } = this.#parts;
    const states = requests.cached().flatMap((request) => request.status.pullRequest?.state ?? []);
    metrics.pullRequests(Object.fromEntries(['Open', 'Closed', 'Merged'].map((state) => [state, states.filter((other) => other === state).length])));
    metrics.dropped(Object.values(bus.dropped()).reduce((sum, count) => sum + count, 0));
    const { type, text } = await metrics.render();
    reply.type(type).send(text);
  }
}
