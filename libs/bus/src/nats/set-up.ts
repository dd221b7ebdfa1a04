import { days, minutes, seconds, type Duration } from '@fleetmend/kernel';
import { AckPolicy, DeliverPolicy, DiscardPolicy, jetstreamManager, JetStreamApiError, RetentionPolicy, StorageType, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { inboxPrefix, subjects } from '../subjects.ts';
import { keepConnected, type NatsOptions } from './connection.ts';

export const FAILURE_STREAM = 'FAILURES';
export const INTAKE_CONSUMER = 'intake';

export interface FailureStreamOptions {
  /** 3 in production. */
  readonly replicas?: number;
  /** Bytes on disk, over all clusters. */
  readonly maxBytes?: number;
  /** Waits before an unacknowledged event is given again: the first, the second … the last for ever. Replaces `ack_wait`. */
  readonly redeliverAfter?: readonly Duration[];
}

const MAX_ACK_PENDING = 20_000;

/**
 * Creates the stream and its one consumer, or brings them to this form. Run by an identity of its own: neither hub nor agents
 * may create streams.
 */
export async function setUpFailureStream(options: NatsOptions, stream: FailureStreamOptions = {}): Promise<void> {
  const connection = keepConnected(options, { name: 'fleetmend-set-up', inboxPrefix: inboxPrefix('set-up') });
  try {
    const manager = await jetstreamManager(await connection.ready());
    await ensureStream(manager, stream);
    await ensureConsumer(manager, stream);
  } finally {
    await connection.close();
  }
}

async function ensureStream(manager: JetStreamManager, { replicas = 1, maxBytes = 512 * 1024 * 1024 }: FailureStreamOptions): Promise<void> {
  const config = {
    subjects: [subjects.allFailures],
    // The last value of a subject is the truth about a fingerprint; what came before is of no use.
    max_msgs_per_subject: 1,
    max_age: nanos(days(3)),
    max_bytes: maxBytes,
    max_msg_size: 64 * 1024,
    discard: DiscardPolicy.Old,
    duplicate_window: nanos(minutes(2)),
    num_replicas: replicas,
  };
  if (await exists(() => manager.streams.info(FAILURE_STREAM))) await manager.streams.update(FAILURE_STREAM, config);
  else await manager.streams.add({ ...config, name: FAILURE_STREAM, storage: StorageType.File, retention: RetentionPolicy.Limits });
}

async function ensureConsumer(manager: JetStreamManager, { redeliverAfter = [seconds(30), minutes(1), minutes(2), minutes(5)] }: FailureStreamOptions): Promise<void> {
  const config = { max_ack_pending: MAX_ACK_PENDING, backoff: redeliverAfter.map((span) => nanos(span)), max_deliver: -1 };
  if (await exists(() => manager.consumers.info(FAILURE_STREAM, INTAKE_CONSUMER))) await manager.consumers.update(FAILURE_STREAM, INTAKE_CONSUMER, config);
  else await manager.consumers.add(FAILURE_STREAM, { ...config, durable_name: INTAKE_CONSUMER, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All });
}

async function exists(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return false;
    throw error;
  }
}
