import { expect, it } from 'vitest';
import type { LabSpec } from '../specs.ts';
import { shareOut } from './share-out.ts';

const spec = (name: string, minutes?: number): LabSpec => ({ name, folder: 'product', servers: [], smoke: false, ...(minutes === undefined ? {} : { minutes }) });
const names = (specs: readonly LabSpec[], jobs: number) => shareOut(specs, jobs).map((share) => share.map(({ name }) => name).join(' '));

it.each<readonly [what: string, specs: readonly LabSpec[], jobs: number, shares: readonly string[]]>([
  ['one job takes all, in their order', [spec('a'), spec('b', 9), spec('c')], 1, ['a b c']],
  ['a long one has a lab to itself', [spec('a'), spec('b'), spec('long', 30), spec('c')], 2, ['long', 'a b c']],
  ['each spec runs once', [spec('a', 3), spec('b', 2), spec('c', 2), spec('d')], 2, ['a d', 'b c']],
  ['nobody boots a lab for nothing', [spec('a')], 3, ['a']],
])('%s', (_, specs, jobs, shares) => {
  expect(names(specs, jobs)).toEqual(shares);
});
