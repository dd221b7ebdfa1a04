import type { FailureEvent } from '@fleetmend/model';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { HUB_PARTS, type HubParts } from '../hub-parts.ts';
import { FAILURES } from './bus-transport.ts';

/** Takes failure events in. Ends when the event's news is durable in the hub cluster: only then is it acknowledged. */
@Controller()
export class FailureController {
  readonly #parts: HubParts;

  constructor(@Inject(HUB_PARTS) parts: HubParts) {
    this.#parts = parts;
  }

  @EventPattern(FAILURES)
  async take(@Payload() event: FailureEvent): Promise<void> {
    const { intake, metrics } = this.#parts;
    const became = await intake(event);
    metrics.heard(event.cluster);
    metrics.event(became === 'Created' ? 'accepted' : 'duplicate');
  }
}
