import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from './http-probe.ts';
import { program, type BootContext, type NatsFacts } from './lab.ts';
import { launch, untilReady } from './server-process.ts';

const CONFIG = (store: string): string => `server_name: lab
listen: 127.0.0.1:4222
http: 127.0.0.1:8222
jetstream { store_dir: "${store}", max_mem: 64MB, max_file: 512MB }
`;

/** A single nats-server with JetStream, without accounts: whoever reaches the namespace may use it. */
export const startNats = async (context: BootContext): Promise<NatsFacts> => {
  const folder = join(context.run, 'nats');
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'nats.conf');
  writeFileSync(config, CONFIG(join(folder, 'store')));
  const server = launch(context, { name: 'nats', command: [program(context, 'nats-server', 'nats-server'), '-c', config] });
  await untilReady(server, { what: 'answered /healthz', seconds: 20, probe: () => answers('http://127.0.0.1:8222/healthz') });
  return { url: 'nats://127.0.0.1:4222', monitor: 'http://127.0.0.1:8222' };
};
