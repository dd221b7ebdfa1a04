import { expect, it } from 'vitest';
import { meantBy } from './slip.ts';

it.each([
  ['nvmee', ['nvme', 'ssd'], 'nvme'],
  ['sdd', ['ssd', 'hdd'], undefined],
  ['generall', ['general', 'gpu'], 'general'],
  ['importer-inbbox', ['importer-inbox', 'wiki'], 'importer-inbox'],
  ['pool-1', ['pool-2'], undefined],
  ['eu-a', ['eu-b'], undefined],
  ['us-east-1a', ['us-east-1b', 'us-east-1c'], undefined],
  ['gp2', ['gp3'], undefined],
  ['data-db-0', ['data-db-1'], undefined],
  ['premium', ['standard'], undefined],
])('%s among %j means %s', (wanted, known, meant) => {
  expect(meantBy(wanted, known)).toBe(meant);
});
