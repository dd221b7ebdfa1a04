import { z } from 'zod';
import { count, duration, selector, text } from './bounded.ts';
import { Tier } from './plan.ts';

export const Weekday = z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']);

/** A weekly window in a time zone of the IANA database. `24:00` is the end of the day. */
export const FreezeWindow = z.object({
  name: text(63),
  weekdays: z.array(Weekday).max(7).optional(),
  times: z.array(z.object({ start: z.string().regex(/^\d{2}:\d{2}$/).max(5), end: z.string().regex(/^\d{2}:\d{2}$/).max(5) })).max(8).optional(),
  timeZone: text(64).optional(),
});
export type FreezeWindow = z.infer<typeof FreezeWindow>;

export const Budgets = z.object({
  openPerRepository: count().optional(),
  openPerNamespace: count().optional(),
  openPerCluster: count().optional(),
  openPerHub: count().optional(),
  createdPerHour: count().optional(),
  attemptsPerDay: count().max(3).optional(),
  modelTokensPerDay: count().optional(),
});
export type Budgets = z.infer<typeof Budgets>;

/** What an hour costs; the source is a link or a sentence for whoever asks. */
export const Prices = z.object({ vcpuHourUSD: z.number().min(0).max(1000), gibHourUSD: z.number().min(0).max(1000), source: text(256) });
export type Prices = z.infer<typeof Prices>;

/** How much more one change may cost in a month. Without prices of one's own, those of a public cloud count. */
export const CostBudget = z.object({ monthlyLimitUSD: z.number().min(0).max(1_000_000).optional(), prices: Prices.optional() });
export type CostBudget = z.infer<typeof CostBudget>;

/** What is left of an error budget, as the team's SLO tool wrote it here: 1 is whole, 0 is spent. */
export const SloBudget = z.object({ name: text(63), left: z.number().min(0).max(1) });
export type SloBudget = z.infer<typeof SloBudget>;

export const Mode = z.enum(['Observe', 'Propose', 'AutoMerge']);
export type Mode = z.infer<typeof Mode>;

/** Where and how repair is allowed: the only home of windows and budgets. Where several match, the strictest value wins. */
export const RemediationPolicySpec = z.object({
  selector: z.object({ clusters: selector().optional(), namespaces: z.array(text(63)).max(64).optional(), classes: z.array(text(64)).max(64).optional() }),
  mode: Mode.default('Propose'),
  critical: z.object({ namespaces: z.array(text(63)).max(64).optional() }).optional(),
  priorApproval: z.object({ tiers: z.array(Tier).max(4) }).optional(),
  budgets: Budgets.optional(),
  cost: CostBudget.optional(),
  /** Once one is spent, only what goes back to an earlier state is let through. */
  slo: z.array(SloBudget).max(16).optional(),
  freeze: z.array(FreezeWindow).max(16).optional(),
  hold: duration().optional(),
  paused: z.boolean().default(false),
});
export type RemediationPolicySpec = z.infer<typeof RemediationPolicySpec>;
