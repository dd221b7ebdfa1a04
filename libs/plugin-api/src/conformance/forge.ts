import { expect, it } from 'vitest';
import { createForgeBench, type ForgeHarness } from './forge-bench.ts';
import { forgeCommits } from './forge-commits.ts';
import { forgeMerging } from './forge-merging.ts';
import { forgePullRequests } from './forge-pull-requests.ts';

/** What every forge must do. `create` may be slow: it is called once. */
export function forgeConformance({ kind, create }: { readonly kind: string; readonly create: () => Promise<ForgeHarness> }): void {
  const bench = createForgeBench(create);

  it('carries the kind of its definition', () => {
    expect(bench.harness.forge.kind).toBe(kind);
  });

  forgeCommits(bench);
  forgePullRequests(bench);
  forgeMerging(bench);
}
