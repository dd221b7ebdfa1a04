import { createNatsBus, FAILURE_STREAM, setUpFailureStream, type NatsOptions } from '@fleetmend/bus';
import { busContract } from '@fleetmend/bus/contract';
import { seededRandom } from '@fleetmend/kernel';
import { systemClock } from '@fleetmend/telemetry';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { inject } from 'vitest';

const url = inject('lab').nats?.url ?? '';
const options: NatsOptions = { servers: [url], credentials: { kind: 'none' }, clock: systemClock, random: seededRandom(1) };
const redeliverAfter = 1_500;

busContract({
  name: 'NATS JetStream',
  async start() {
    const connection = await connect({ servers: url });
    const manager = await jetstreamManager(connection);
    await setUpFailureStream(options, { redeliverAfter: [redeliverAfter] });
    const bus = createNatsBus(options);
    return {
      bus,
      clock: systemClock,
      redeliverAfter,
      // A real courier keeps real time, and answers a little later than at once.
      pass: (span) => systemClock.sleep(span + 100),
      inject: async (subject, data) => connection.publish(subject, data),
      async stop() {
        await bus.close();
        // One server for all: the next test, and the next spec, begin with a stream that holds nothing.
        await manager.streams.delete(FAILURE_STREAM);
        await connection.close();
      },
    };
  },
});
