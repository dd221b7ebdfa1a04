import { always, BEFORE_DELIVERY, both, guards, not, run, type Lifecycle, type Row } from '@fleetmend/lifecycle';
import type { Forge } from '@fleetmend/plugin-api';
import type { StageDeps } from '@fleetmend/stages';
import type { PlantedBug } from './world/hub.ts';

/** A bug that somebody could really write, and the promises that it may break. */
export interface KnownBug {
  readonly bug: PlantedBug;
  readonly breaks: readonly string[];
  /** The first seed to try, where the earlier ones are known to miss it: saves time, proves the same. */
  readonly from?: number;
}

const withForge = (change: (forge: Forge, deps: StageDeps) => Partial<Forge>): PlantedBug => ({
  deps: (deps) => {
    const forge = deps.forge('memory');
    const changed = { ...forge, ...change(forge, deps) };
    return { ...deps, forge: () => changed };
  },
});

const withoutRows = (phases: readonly (keyof Lifecycle)[], isDropped: (row: Row) => boolean): PlantedBug => ({
  table: (table) => ({ ...table, ...Object.fromEntries(phases.map((phase) => [phase, table[phase].filter((row) => !isDropped(row))])) }),
});

const without = (guard: string): ((row: Row) => boolean) => (row) => row.when.name === guard || row.when.name.includes(guard);

/** Bugs put in on purpose. A simulation that did not notice them would prove nothing by staying silent. */
export const plantedBugs: Readonly<Record<string, KnownBug>> = {
  'an event is acknowledged before its request is written': {
    bug: { take: (take) => async (event) => void take(event).catch(() => undefined) },
    breaks: ['I1'],
    from: 220,
  },
  'budgets are counted from the cache': {
    bug: { deps: (deps) => ({ ...deps, requests: { ...deps.requests, list: async () => deps.requests.cached() } }) },
    breaks: ['I2', 'I5'],
  },
  'an intent is confirmed without counting the others': {
    bug: {
      stages: (stages) => ({
        ...stages,
        recordIntent: async (view, signal) => {
          const result = await stages.recordIntent(view, signal);
          const { intent } = 'fact' in result ? result.fact : {};
          return intent === undefined ? result : { fact: { intent: { ...intent, confirmed: true, withdrawn: undefined } } };
        },
      }),
    },
    breaks: ['I2', 'I5'],
  },
  'branches have random names': {
    bug: withForge((forge, { random }) => ({
      commit: (request) => forge.commit({ ...request, branch: `${request.branch}-${Math.floor(random.next() * 1000)}` }),
      openPullRequest: (draft) => forge.openPullRequest({ ...draft, branch: `${draft.branch}-${Math.floor(random.next() * 1000)}` }),
    })),
    breaks: ['I2', 'I3', 'I17', 'L1', 'L4'],
  },
  'whatever policy does not deny is allowed': {
    bug: {
      deps: (deps) => ({
        ...deps,
        policyEngine: {
          ...deps.policyEngine,
          evaluate: async (input) => {
            const decision = await deps.policyEngine.evaluate(input);
            const violations = decision.violations.filter((violation) => violation.class === 'Deferred');
            return { ...decision, violations, allow: violations.length === 0 };
          },
        },
      }),
    },
    breaks: ['I4'],
  },
  'a plan goes out although no verdict stands': {
    bug: { table: (table) => ({ ...table, Proposed: [...table.Proposed.filter(without('allowed')), run(always, 'evaluate')], Delivering: table.Delivering }) },
    breaks: ['L1', 'L4'],
  },
  'a veto is not respected': {
    bug: {
      table: (table) => ({
        ...table,
        ...Object.fromEntries(BEFORE_DELIVERY.map((phase) => [phase, table[phase].filter((row) => row.when !== guards.sameEditVetoed)])),
        Delivering: table.Delivering.map((row) => (row.effect === 'run withdrawIntent' ? { ...row, when: both(row.when, not(guards.sameEditVetoed)) } : row)),
      }),
    },
    breaks: ['I9', 'L4'],
    from: 120,
  },
  'an approval counts for any plan': {
    bug: {
      deps: (deps) => ({
        ...deps,
        settings: {
          ...deps.settings,
          approvals: async () => {
            const { trusted, approvals } = await deps.settings.approvals();
            const plans = deps.requests.cached();
            return { trusted, approvals: approvals.map((one) => ({ ...one, spec: { ...one.spec, planDigest: plans.find(({ metadata }) => metadata.uid === one.spec.request.uid)?.status.plan?.digest ?? one.spec.planDigest } })) };
          },
        },
      }),
    },
    breaks: ['I3'],
  },
  'a pull request of somebody else is adopted': {
    bug: withForge((forge, deps) => ({
      openPullRequest: async (draft) => {
        const known = await forge.readPullRequest(draft);
        return known === undefined ? forge.openPullRequest(draft) : { ...known, body: `${known.body} ${draft.marker}` };
      },
      readPullRequest: async (reference) => {
        const known = await forge.readPullRequest(reference);
        const owner = deps.requests.cached().find(({ metadata }) => known?.commits.some((commit) => commit.message.includes(metadata.name)));
        return known && { ...known, body: `${known.body} rr:${owner?.metadata.uid ?? ''}` };
      },
    })),
    breaks: ['I3'],
  },
  'health is read once, and that is enough': {
    bug: { table: (table) => ({ ...table, Verifying: table.Verifying.map((row) => (row.when === guards.healthyForHold ? { ...row, when: healthyOnce } : row)) }) },
    breaks: ['I11'],
  },
  'nobody looks again before a write to the forge': {
    bug: {
      deps: (deps) => {
        let policies: ReturnType<StageDeps['settings']['policies']> | undefined;
        return { ...deps, settings: { ...deps.settings, policies: () => (policies ??= deps.settings.policies()) } };
      },
    },
    breaks: ['I6', 'L1'],
  },
  'a request ends and leaves its pull request open': {
    bug: withoutRows(['PullRequestOpen'], (row) => row.effect === 'run closePullRequest'),
    breaks: ['I17'],
  },
  'orphans are not looked for': {
    bug: withoutRows(['terminal'], (row) => row.effect === 'run closeOrphans'),
    breaks: ['I17', 'L1'],
  },
  'an ended request is taken up again': {
    bug: { table: (table) => ({ ...table, terminal: [{ when: guards.failsStill, effect: '→ Detected', decide: () => ({ kind: 'move', to: 'Detected', reason: 'Again' }) }, ...table.terminal] }) },
    breaks: ['I10', 'L4'],
  },
  'requests are told apart by their name alone': {
    bug: {
      deps: (deps) => ({
        ...deps,
        requests: { ...deps.requests, create: async (request) => (await deps.requests.list()).find(({ spec }) => spec.target?.name === request.spec.target?.name) ?? deps.requests.create(request) },
      }),
    },
    breaks: ['I1'],
  },
  'deadlines are forgotten': {
    bug: withoutRows(['Detected', 'Diagnosing', 'Proposed', 'AwaitingApproval', 'Merged', 'Verifying', 'Reverting', 'PullRequestOpen'], (row) => row.when === guards.late || row.when === guards.stale || row.when.name.includes(guards.stale.name)),
    breaks: ['L1'],
  },
  'every look is written': {
    bug: { stages: (stages) => ({ ...stages, readPullRequest: async (view, signal) => ({ fact: { occurrences: { count: 1, firstSeen: new Date(view.now).toISOString(), lastSeen: new Date(view.now).toISOString(), samples: [] }, ...('fact' in (await stages.readPullRequest(view, signal)) ? {} : {}) } }) }) },
    breaks: ['L4'],
  },
};

const healthyOnce = Object.assign((view: Parameters<typeof guards.healthyForHold>[0]) => view.request.status.clusters?.every((cluster) => cluster.verification?.state === 'Healthy') === true, {});
