import { consumeDurably, subjects, type HubBus } from '@fleetmend/bus';
import type { Clock } from '@fleetmend/kernel';
import type { FailureEvent } from '@fleetmend/model';
import { BaseRpcContext, Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';

/** Patterns that handlers listen to: the bus's own subjects. */
export const FAILURES = subjects.allFailures;
export const HEARTBEATS = subjects.allDigests;

export interface BusTransportOptions {
  readonly bus: HubBus;
  readonly clock: Clock;
  readonly onTrouble: (error: unknown, event: FailureEvent) => void;
}

/**
 * Nest's way to our bus: each stored failure goes to the handler of {@link FAILURES} and is acknowledged only after that
 * handler has ended well; a heartbeat goes to {@link HEARTBEATS} and is forgotten.
 */
export class BusTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: BusTransportOptions;

  constructor(options: BusTransportOptions) {
    super();
    this.#options = options;
  }

  override listen(callback: (error?: unknown) => void): void {
    this.#start().then(() => callback(), callback);
  }

  async #start(): Promise<void> {
    const { bus, clock, onTrouble } = this.#options;
    await bus.onHeartbeat((heartbeat) => void this.#dispatch(HEARTBEATS, heartbeat).catch((error: unknown) => this.logger.warn(error)));
    await consumeDurably(bus, { clock, onTrouble, take: (event) => this.#dispatch(FAILURES, event) });
  }

  async #dispatch(pattern: string, data: unknown): Promise<void> {
    const handler = this.getHandlerByPattern(pattern);
    if (!handler) throw new Error(`no handler listens to ${pattern}`);
    const answer = await handler(data, new BaseRpcContext([pattern]));
    if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
  }

  override async close(): Promise<void> {
    await this.#options.bus.close();
  }

  override on(): void {
    // The bus reconnects by itself and reports through its own counters: there is nothing to listen to here.
  }

  override unwrap<T>(): T {
    return this.#options.bus as T;
  }
}
