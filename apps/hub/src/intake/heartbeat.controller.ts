import { seconds } from '@fleetmend/kernel';
import type { Heartbeat } from '@fleetmend/model';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { HUB_PARTS, type HubParts } from '../hub-parts.ts';
import { HEARTBEATS } from './bus-transport.ts';

const RESYNC_TIMEOUT = seconds(30);

/** Compares each agent's digest with the open set; where they differ, the agent says everything again. */
@Controller()
export class HeartbeatController {
  readonly #parts: HubParts;
  readonly #resyncing = new Set<string>();

  constructor(@Inject(HUB_PARTS) parts: HubParts) {
    this.#parts = parts;
  }

  @EventPattern(HEARTBEATS)
  async take(@Payload() heartbeat: Heartbeat): Promise<void> {
    const { openSet, metrics, fleet } = this.#parts;
    metrics.heard(heartbeat.cluster, heartbeat.staleness);
    const differs = openSet.compare(heartbeat);
    await Promise.all([fleet.heard(heartbeat), differs ? this.#resync(heartbeat.cluster) : undefined]);
  }

  async #resync(cluster: string): Promise<void> {
    if (this.#resyncing.has(cluster)) return;
    this.#resyncing.add(cluster);
    try {
      await this.#parts.bus.resync(cluster, RESYNC_TIMEOUT);
    } finally {
      this.#resyncing.delete(cluster);
    }
  }
}
