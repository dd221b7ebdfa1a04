// One of the processes that `npm run scorecard` plays scenarios in: takes a folder, answers a row.
import { fleetParts } from './fleet-parts.ts';
import { playVirtual } from './play-virtual.ts';

const parts = await fleetParts({ env: process.env, warn: (message) => void process.stderr.write(`${message}\n`) });

process.on('message', (dir: string) => {
  playVirtual(dir, parts).then(
    (row) => process.send?.({ row }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
