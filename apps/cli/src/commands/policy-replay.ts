import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRecordedInputs } from '@fleetmend/hub';
import { messageOf, parse, PermanentError, shortDigest } from '@fleetmend/kernel';
import { renderRef } from '@fleetmend/model';
import { GateInput, type GateDecision, type PolicyEngine } from '@fleetmend/plugin-api';
import { answered, difference } from '@fleetmend/stages';
import { Command } from 'commander';
import { stateDirOption, type CommandFactory, type CommandWorld } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { renderTable } from '../table.ts';
import { stateLayout } from '../up/state-layout.ts';
import { filesOf, openEngine, readCase } from './policy-test.ts';

interface ReplayOptions {
  readonly bundle: string;
  readonly against: string;
  readonly log?: string | undefined;
  readonly stateDir: string;
}

/** One change that was judged before, and where it comes from. */
interface Recorded {
  readonly from: string;
  readonly input: GateInput;
}

/** `policy replay --bundle NEW`: judges again what was judged, and lists what would have been decided otherwise. */
export const policyReplayCommand: CommandFactory = (world) =>
  new Command('replay')
    .argument('[cases...]', 'files, or folders of files, with recorded inputs; left out: what the hub has logged')
    .description('judge again what was judged before, with another bundle, and list the differences')
    .requiredOption('--bundle <path>', 'the bundle to try: a folder or a .tar.gz')
    .option('--against <path>', 'the bundle to compare with', join(world.root, 'policies', 'bundle'))
    .option('--log <file>', 'log of a hub: policy-decisions.db in its state directory')
    .addOption(stateDirOption(world))
    .action(async (paths: readonly string[], options: ReplayOptions) => world.done(await replay(paths, options, world)));

async function replay(paths: readonly string[], { bundle, against, log, stateDir }: ReplayOptions, world: CommandWorld): Promise<number> {
  if (paths.length > 0 && log !== undefined) throw new PermanentError('WrongTogether', 'cases and --log are two sources: name one');
  const recorded = paths.length > 0 ? paths.flatMap(filesOf).map((file) => ({ from: file, input: readCase(file).input })) : logged(log ?? join(stateLayout(stateDir).hub, 'policy-decisions.db'));
  if (recorded.length === 0) throw new PermanentError('NothingToReplay', 'nothing was judged there yet: name case files, policies/examples/cases has some');
  const before = await openEngine(against, world);
  try {
    const after = await openEngine(bundle, world);
    try {
      const rows = [];
      for (const one of recorded) rows.push(...(await compared(one, before, after)));
      if (rows.length > 0) world.print(renderTable(['DIFFERENCE', 'CLUSTER', 'WORKLOAD', 'ACTION', 'BEFORE', 'AFTER', 'FROM'], rows));
      world.print(`${recorded.length} judged again, ${rows.length} decided otherwise by ${shortDigest(after.active().digest)} than by ${shortDigest(before.active().digest)}`);
      return rows.length === 0 ? EXIT.ok : EXIT.failed;
    } finally {
      await after.close();
    }
  } finally {
    await before.close();
  }
}

function logged(file: string): readonly Recorded[] {
  if (!existsSync(file)) throw new PermanentError('NothingToReplay', `there is no log of decisions at ${file}: name one with --log, the hub's folder with --state-dir, or case files`);
  return readRecordedInputs(file).map(({ request, plan, input }) => {
    const from = `request ${request.slice(0, 8)}, plan ${shortDigest(plan)}`;
    try {
      return { from, input: parse(GateInput, input, from) };
    } catch (error) {
      throw new PermanentError('NotReplayable', `${from} in ${file} was recorded by another version: ${messageOf(error)}`, { cause: error });
    }
  });
}

/** A row where the two decide otherwise; none where they agree. */
async function compared({ from, input }: Recorded, before: PolicyEngine, after: PolicyEngine): Promise<readonly (readonly string[])[]> {
  const [old, fresh] = await Promise.all([before, after].map((engine) => answered((bundle) => engine.evaluate({ ...input, policy: { ...input.policy, bundle, stage: 'Enforce' } }), engine.active())));
  if (old === undefined || fresh === undefined) return [];
  const { evalError, newDeny, newAllow } = difference(old, fresh);
  const what = evalError ? 'no answer' : newDeny ? 'new deny' : newAllow ? 'new allow' : said(old) === said(fresh) ? undefined : 'stricter';
  const { request, plan } = input;
  return what === undefined ? [] : [[what, request.cluster, request.target ? renderRef(request.target) : `${request.namespace}/${request.name}`, plan.action, said(old), said(fresh), from]];
}

function said({ allow, tier, violations, requires }: GateDecision): string {
  const ids = [...new Set(violations.map(({ id }) => id))].sort().join(',');
  const people = requires.approvals > 0 ? ` by ${requires.approvals}${requires.priorApproval ? ' before' : ''}` : '';
  return `${allow ? 'allow' : 'deny'} ${tier}${people}${ids === '' ? '' : ` ${ids}`}`;
}
