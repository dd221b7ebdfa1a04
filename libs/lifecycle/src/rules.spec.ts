import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PHASES } from '@fleetmend/model';
import { decide, rowsOf } from './decide.ts';
import { always } from './guard.ts';
import { lifecycle } from './lifecycle.ts';
import { moved } from './moved.ts';
import { isTerminal, LIVE_PHASES } from './phases.ts';
import { productionSettings } from './settings.ts';
import { OUTWARD_STAGES, STAGE_NAMES } from './stage-name.ts';
import { examples } from './spec-support/examples.ts';
import type { View } from './view.ts';

/** Any facts of any example on any phase: most make no sense together, and the table has to stay harmless all the same. */
const anyView: fc.Arbitrary<View> = fc
  .tuple(fc.constantFrom(...examples), fc.constantFrom(...examples), fc.constantFrom(...examples), fc.constantFrom(...PHASES))
  .map(([a, b, c, phase]) => ({
    ...a.view,
    clusters: b.view.clusters,
    policy: c.view.policy,
    approvals: b.view.approvals,
    others: c.view.others,
    request: { ...a.view.request, spec: b.view.request.spec, status: { ...a.view.request.status, ...b.view.request.status, ...c.view.request.status, phase } },
  }));

describe('whatever the facts', () => {
  it('some row holds, and the last row of a live phase always does', () => {
    fc.assert(fc.property(anyView, (view) => rowsOf(view).some(({ when }) => when(view))), { numRuns: 3000 });
    for (const phase of LIVE_PHASES) expect(lifecycle[phase].at(-1)?.when).toBe(always);
  });

  it('a terminal phase never moves', () => {
    fc.assert(fc.property(anyView, (view) => !isTerminal(view.request.status.phase) || decide(view).kind !== 'move'), { numRuns: 3000 });
  });

  it('nothing is opened or merged while frozen or paused', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const decision = decide({ ...view, policy: { ...view.policy, paused: true } });
        return decision.kind !== 'run' || !['openPullRequest', 'mergePullRequest', 'openRevert'].includes(decision.stage);
      }),
      { numRuns: 3000 },
    );
  });

  it('nothing is opened or merged on a verdict for another plan or bundle', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const decision = decide({ ...view, bundle: { ...view.bundle, digest: `sha256:${'0'.repeat(64)}` } });
        return decision.kind !== 'run' || !['openPullRequest', 'mergePullRequest', 'openRevert'].includes(decision.stage);
      }),
      { numRuns: 3000 },
    );
  });

  it('a request ends with an untouched open pull request of ours only if it never was ours to close', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const decision = decide(view);
        const { pullRequest, phase } = view.request.status;
        if (decision.kind !== 'move' || !isTerminal(decision.to) || phase !== 'PullRequestOpen') return true;
        return pullRequest?.state !== 'Open' || pullRequest.touched;
      }),
      { numRuns: 5000 },
    );
  });

  it('a view is decided the same way every time', () => {
    fc.assert(fc.property(anyView, (view) => JSON.stringify(decide(view)) === JSON.stringify(decide(view))), { numRuns: 500 });
  });
});

describe('the table as a whole', () => {
  const rows = Object.entries(lifecycle).flatMap(([phase, list]) => list.map((row) => ({ phase, row })));
  const effects = rows.map(({ row }) => row.effect);

  it('runs every stage somewhere', () => {
    for (const stage of STAGE_NAMES) expect(effects).toContain(`run ${stage}`);
  });

  it('has no outward effect in a row without a condition', () => {
    for (const { row } of rows) if (row.when === always) for (const stage of OUTWARD_STAGES) expect(row.effect).not.toBe(`run ${stage}`);
  });

  it('reaches every phase, and every live phase can end', () => {
    const arrows = rows.flatMap(({ phase, row }) => (/^→ (\w+)/.exec(row.effect)?.[1] ?? '').split(' ').filter(Boolean).map((to) => ({ phase, to })));
    const reached = new Set(['Detected']);
    for (let size = 0; size !== reached.size; ) {
      size = reached.size;
      for (const { phase, to } of arrows) if (reached.has(phase)) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...PHASES].sort());
    for (const phase of LIVE_PHASES) expect(arrows.some((arrow) => arrow.phase === phase && isTerminal(arrow.to as never)), `${phase} has no end`).toBe(true);
  });

  it('gives every live phase a deadline or an age limit, and a row that asks for it', () => {
    for (const phase of LIVE_PHASES) {
      const asks = lifecycle[phase].some(({ when }) => /\blate\b|too old/.test(when.name));
      expect(asks, `${phase} has no row for its deadline`).toBe(true);
      expect(phase === 'PullRequestOpen' ? productionSettings.staleAfter : productionSettings.deadlines[phase]).toBeGreaterThan(0);
    }
  });
});

describe('a move', () => {
  const view = examples.find((example) => example.sentence === 'Verifying: still failing, and an attempt is left')?.view;
  if (view === undefined) throw new Error('the example that this needs is gone');

  it('to the next attempt archives the finished one and keeps none of its facts', () => {
    const next = moved(view.request, { kind: 'move', to: 'Detected', reason: 'SymptomRemains' }, view.now);
    expect(next).toMatchObject({ phase: 'Detected', attempt: 2, attempts: [{ attempt: 1, action: 'setResources', actionJson: '{"action":"setResources"}', outcome: 'NotVerified' }] });
    expect(next.attempts?.[0]?.mergeSHA).toBe(view.request.status.pullRequest?.mergeSHA);
    expect(next.attempts?.[0]?.mergeSHA).toMatch(/^[0-9a-f]{40}$/);
    for (const fact of ['plan', 'verdict', 'intent', 'pullRequest', 'clusters', 'diagnosis', 'clocks'] as const) expect(next[fact]).toBeUndefined();
  });

  it('adds up the time that the phase took', () => {
    const next = moved(view.request, { kind: 'move', to: 'Succeeded', reason: 'Recovered' }, view.now);
    expect(next.clocks).toEqual({ Verifying: 48 * 3_600_000 });
  });
});
