import { parseDuration } from '@fleetmend/kernel';
import { z } from 'zod';

const duration = (fallback: string) =>
  z
    .string()
    .regex(/^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$/, 'write a duration with units d, h, m, s or ms, for example 5m or 1h30m')
    .meta({ format: 'duration' })
    .prefault(fallback)
    .transform((text) => parseDuration(text));
const tokens = (fallback: number) => z.int().min(0).max(1_000_000_000).default(fallback);

/** What every plugin that asks a language model takes, besides where the model is. */
export const modelSettings = {
  maxInputTokens: z.int().min(1000).max(1_000_000).default(12_000).describe('longest prompt; evidence is shortened to fit'),
  maxOutputTokens: z.int().min(128).max(32_768).default(1024).describe('longest answer'),
  timeout: duration('60s').describe('longest call; it is given up after that'),
  maxConfidence: z.number().min(0).max(1).default(0.8).describe('a model says of itself how sure it is: never believed beyond this'),
  structured: z.enum(['auto', 'always', 'never']).default('auto').describe('hold the model to a JSON schema by `response_format`; `auto` goes on without where the server refuses'),
  price: z
    .strictObject({ inputPerMillion: z.number().min(0).default(0), outputPerMillion: z.number().min(0).default(0) })
    .prefault({})
    .describe('US dollars per million tokens, for the cost that is shown and for `budgets.usdPerDay`'),
  budgets: z
    .strictObject({
      tokensPerRequest: tokens(60_000).describe('over all attempts of one request'),
      tokensPerClusterPerDay: tokens(500_000),
      tokensPerDay: tokens(2_000_000).describe('over the whole fleet'),
      usdPerDay: z.number().min(0).optional().describe('over the whole fleet; needs a price'),
      concurrent: z.int().min(1).max(64).default(2).describe('calls at the same time'),
    })
    .prefault({}),
  breaker: z
    .strictObject({ failures: z.int().min(1).max(100).default(5), slow: duration('45s').describe('a call that takes longer counts as failed'), rest: duration('5m') })
    .prefault({})
    .describe('after so many failures in a row nothing is asked for a while'),
  patience: duration('20s').describe('longest wait that a server may ask for with Retry-After; beyond, a person gets the case'),
  cache: z
    .strictObject({ ttl: duration('24h').describe('the same redacted case is not asked again'), negativeTtl: duration('10m').describe('nor is one whose answer was of no use') })
    .prefault({}),
};

const Settings = z.object(modelSettings);
export type ModelSettings = z.infer<typeof Settings>;
