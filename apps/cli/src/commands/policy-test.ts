import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPermanent, messageOf, parse, PermanentError } from '@fleetmend/kernel';
import { GateInput, type GateDecision, type PolicyEngine } from '@fleetmend/plugin-api';
import { policyEngines } from '@fleetmend/policy-engines';
import { Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { CommandFactory, CommandWorld } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

/** One change to be judged, and what is expected of the judgement. */
const PolicyCase = z.strictObject({
  name: z.string().min(1),
  input: GateInput,
  expect: z.strictObject({ allow: z.boolean(), violations: z.array(z.string()).optional() }),
});
type PolicyCase = z.infer<typeof PolicyCase>;

/** `policy test CASES…`: judges changes with a bundle, before anybody is judged by it. */
export const policyTestCommand: CommandFactory = (world) =>
  new Command('test')
    .argument('<cases...>', 'files, or folders of files: YAML or JSON with name, input and expect')
    .description('judge changes with a policy bundle, and compare with what is expected')
    .option('--bundle <path>', 'the bundle: a folder or a .tar.gz', join(world.root, 'policies', 'bundle'))
    .action(async (paths: readonly string[], { bundle }: { readonly bundle: string }) => world.done(await testPolicy({ paths, bundle, world })));

async function testPolicy({ paths, bundle, world }: { readonly paths: readonly string[]; readonly bundle: string; readonly world: CommandWorld }): Promise<number> {
  const files = paths.flatMap(filesOf);
  if (files.length === 0) throw new PermanentError('NoCases', `${paths.join(', ')} holds no .yaml, .yml or .json file: write a case, policies/examples/cases has some`);
  const engine = await openEngine(bundle, world);
  try {
    let failed = 0;
    for (const file of files) {
      const problem = await judge(engine, file);
      if (problem !== undefined) failed += 1;
      world.print(problem === undefined ? `ok    ${file}` : `FAIL  ${file}: ${problem}`);
    }
    world.print(`${files.length - failed} passed, ${failed} failed, judged by ${engine.active().digest.slice(0, 19)}`);
    return failed === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await engine.close();
  }
}

/** An engine for one command: it is told which bundle, and nothing is kept. */
export async function openEngine(bundle: string, { clock }: Pick<CommandWorld, 'clock'>): Promise<PolicyEngine> {
  const [opaWasm] = policyEngines;
  return opaWasm.create({ bundle, limitMs: 2_000 }, { clock, fetch, stateDir: '.', log: { info: () => undefined, warn: () => undefined } });
}

/** What is wrong with a case; undefined: the bundle judges as it says. */
async function judge(engine: PolicyEngine, file: string): Promise<string | undefined> {
  try {
    const { input, expect } = readCase(file);
    // A case is about rules: whichever bundle is tried, it is the one that judges.
    return differenceOf(expect, await engine.evaluate({ ...input, policy: { ...input.policy, bundle: engine.active() } }));
  } catch (error) {
    if (isPermanent(error)) return messageOf(error);
    throw error;
  }
}

function differenceOf(expect: PolicyCase['expect'], { allow, violations }: GateDecision): string | undefined {
  const ids = [...new Set(violations.map(({ id }) => id))].sort();
  const said = violations.map(({ id, message }) => `${id} ${message}`).join('; ') || 'no violations';
  if (allow !== expect.allow) return `expected ${expect.allow ? 'allow' : 'deny'}, got ${allow ? 'allow' : 'deny'}: ${said}`;
  if (expect.violations === undefined || [...expect.violations].sort().join() === ids.join()) return undefined;
  return `expected the violations ${expect.violations.join(', ') || 'none'}, got: ${said}`;
}

export function readCase(file: string): PolicyCase {
  try {
    return parse(PolicyCase, parseYaml(readFileSync(file, 'utf8')), file);
  } catch (error) {
    if (isPermanent(error)) throw error;
    throw new PermanentError('CaseUnreadable', `it cannot be read: ${messageOf(error).split('\n')[0]}`, { cause: error });
  }
}

export function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name)).sort().map((name) => join(path, name));
  } catch (error) {
    throw new PermanentError('NoCases', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
