import { canonicalJson, digestOf } from '@fleetmend/kernel';
import { definePlugin, type Case, type Reasoner, type Reasoning } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { optionsOf, type Option } from './options.ts';

const Config = z.strictObject({
  atLeast: z.number().min(0.05).max(10).default(0.4).describe('weight that has to speak for an action; one fresh, verified case of the same fingerprint has 1'),
});

const MAX_CANDIDATES = 3;
/** Another value in the same field did it then. */
const SAME_FIELD = 0.8;

/** What ended such trouble before: of the things that can be done here, those that finished cases speak for. */
export const precedent = definePlugin<z.infer<typeof Config>, Reasoner>({
  kind: 'precedent',
  config: Config,
  create: ({ atLeast }) => ({ kind: 'precedent', reason: async (kase) => reason(kase, atLeast) }),
});

interface Backed extends Option {
  readonly weight: number;
  readonly cases: number;
}

function reason(kase: Case, atLeast: number): Reasoning | undefined {
  const tried = new Set(kase.tried);
  const backed = optionsOf(kase)
    .filter(({ action }) => !tried.has(canonicalJson(action)))
    .map((option) => backing(option, kase))
    .filter(({ weight }) => weight >= atLeast)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_CANDIDATES);
  const [best] = backed;
  if (best === undefined) return undefined;
  return {
    cause: `${best.cases === 1 ? 'an earlier case' : `${best.cases} earlier cases`} of ${kase.request.spec.failure.class} like this ended when ${best.words}`,
    confidence: Math.min(0.9, 0.5 + best.weight * 0.3),
    source: 'Precedent',
    cites: kase.evidence.map((item) => item.digest).slice(0, 20),
    candidates: backed.map(({ action }) => action),
  };
}

/** What finished cases of the same class and kind say for and against an option. Only the name, the field and the digest of what was done then count, never a text. */
function backing(option: Option, { request, target, precedents }: Case): Backed {
  const digest = digestOf(JSON.parse(canonicalJson(option.action)));
  let weight = 0;
  let cases = 0;
  for (const { precedent: one, weight: worth } of precedents) {
    if (one.class !== request.spec.failure.class || one.shape['kind'] !== target.kind || one.action !== option.action.action) continue;
    const same = one.actionDigest === digest ? 1 : one.fields.some((field) => field.endsWith(`:${option.field}`)) ? SAME_FIELD : 0;
    weight += worth * same;
    if (worth * same > 0) cases += 1;
  }
  return { ...option, weight, cases };
}
