import type { BundleInfo } from '@fleetmend/model';
import { GateDecision, GateInput, type ManyBundles, type PluginDeps, type PolicyEngine, definePlugin } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { type BundleSource, readBundle } from './bundle.ts';
import { Evaluator } from './evaluator.ts';
import { readTrustedKey } from './signature.ts';

export const OpaWasmConfig = z.strictObject({
  /** A directory with `policy.wasm`, `data.json` and `.manifest`, or a `.tar.gz` of them. */
  bundle: z.string().min(1),
  /** Only the bundle with this digest, with the limits below, may judge. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  /** PEM file of the public key that every bundle has to be signed with. Absent: signatures are not looked at. */
  publicKey: z.string().min(1).optional(),
  /** The scope that a bundle has to be signed for. */
  scope: z.string().min(1).optional(),
  /** Laid over `data.remediation.limits`. */
  limits: z.record(z.string(), z.unknown()).optional(),
  /** Milliseconds after which a decision that has not come is a no. */
  limitMs: z.int().min(10).max(60_000).default(2_000),
});
export type OpaWasmConfig = z.infer<typeof OpaWasmConfig>;

/** The engine, and how another bundle is put in its place while it runs. */
export interface OpaWasmEngine extends PolicyEngine, ManyBundles {
  /**
   * Reads the configured bundle again and judges with it from the next question on; a bundle that can not be used leaves
   * everything as it was.
   * @throws PermanentError `BundleUnusable`.
   */
  reload(): Promise<BundleInfo>;
}

/** Judges with a Rego bundle compiled to WebAssembly, in a thread of its own, with a time limit. */
export const opaWasm = definePlugin<OpaWasmConfig, PolicyEngine>({
  kind: 'opa-wasm',
  config: OpaWasmConfig,
  create: (config, deps) => startOpaWasm(config, deps),
});

interface Active {
  readonly info: BundleInfo;
  readonly evaluator: Evaluator;
}

/** @throws PermanentError `BundleUnusable`, naming the bundle, what is wrong with it, and the next step. */
export async function startOpaWasm(config: OpaWasmConfig, deps: Pick<PluginDeps, 'log'>): Promise<OpaWasmEngine> {
  let active = await load(config);
  const others = new Map<string, Promise<Active>>();
  const ready = new Map<string, Active>();
  const judgeOf = (input: GateInput): Active => ready.get(input.policy?.bundle?.digest) ?? active;
  deps.log.info('policy bundle in use', { ...active.info });
  return {
    kind: 'opa-wasm',
    active: () => active.info,
    evaluate: (input) => decide(judgeOf(input), input),
    reload: async () => {
      const next = await load(config);
      const last = active;
      active = next;
      deps.log.info('policy bundle replaced', { ...next.info, replaced: last.info.digest });
      await last.evaluator.close();
      return next.info;
    },
    hold: async ({ path, digest }) => {
      if (digest === active.info.digest) return active.info;
      const loading = others.get(digest) ?? load({ ...config, bundle: path, digest });
      others.set(digest, loading);
      try {
        const loaded = await loading;
        if (others.get(digest) === loading) ready.set(digest, loaded);
        return loaded.info;
      } catch (error) {
        others.delete(digest);
        throw error;
      }
    },
    held: () => [active.info, ...[...ready.values()].map(({ info }) => info)],
    drop: async (digest) => {
      const loading = others.get(digest);
      others.delete(digest);
      ready.delete(digest);
      await loading?.then(({ evaluator }) => evaluator.close());
    },
    close: async () => {
      const all = [active, ...(await Promise.all(others.values()))];
      await Promise.all(all.map(({ evaluator }) => evaluator.close()));
    },
  };
}

async function load({ bundle: path, digest, limits, limitMs, publicKey, scope }: OpaWasmConfig): Promise<Active> {
  // Read each time, so that a key can be renewed while the hub runs.
  const source: BundleSource = { path, digest, limits, trusted: publicKey === undefined ? undefined : readTrustedKey(publicKey, scope) };
  const bundle = readBundle(source);
  return { info: bundle.info, evaluator: await Evaluator.start({ bundle, path, limitMs }) };
}

async function decide({ info, evaluator }: Active, input: GateInput): Promise<GateDecision> {
  const given = input.policy?.bundle?.digest;
  if (given !== info.digest) return refusal(`the facts were gathered for bundle ${given}, but ${info.digest} judges now: gather them again`);
  const shape = GateInput.safeParse(input);
  if (!shape.success) return refusal(`the input is not as expected: ${z.prettifyError(shape.error)}`);
  // As it was given, not as it was parsed: rules of users may read more than ours.
  const outcome = await evaluator.ask(input);
  return outcome.ok ? readDecision(outcome.results) : refusal(outcome.reason);
}

/** OPA answers with a result set: one entry, or none when the entrypoint is undefined. */
const ResultSet = z.tuple([z.object({ result: GateDecision })]);

function readDecision(results: unknown): GateDecision {
  if (Array.isArray(results) && results.length === 0) return refusal('the policy has no answer for this input');
  const read = ResultSet.safeParse(results);
  if (!read.success) return refusal(`the policy's answer is not a decision: ${z.prettifyError(read.error)}`);
  const decision = read.data[0].result;
  return { ...decision, allow: decision.allow && decision.violations.length === 0 };
}

/** A no that is not the policy's own: something stood between the question and an answer. */
function refusal(why: string): GateDecision {
  return {
    allow: false,
    tier: 'T3',
    violations: [{ id: 'E01', class: 'Unsafe', message: `no decision: ${why}`.slice(0, 512) }],
    warnings: [],
    requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] },
  };
}
