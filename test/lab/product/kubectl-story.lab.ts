import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PHASES } from '@fleetmend/model';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bundle } from '../../../tools/bundle.ts';
import { until } from '../boot/server-process.ts';
import { runCommand } from '../build/go-toolchain.ts';
import { ROOT, startFleet, type RunningFleet } from './running-fleet.ts';
import { commitsOnMain } from './state-folder.ts';

/** What a person has before their eyes who has started a fleet and copied the lines it printed. */
interface Seat {
  readonly fleet: RunningFleet;
  /** What `get rr -A -w`, begun before anything had failed, has printed so far. */
  readonly watched: () => string;
  readonly stopWatching: () => Promise<void>;
  /** Runs kubectl to its end; its output. */
  readonly k: (...args: string[]) => Promise<string>;
}

const NAMESPACE = 'shop-team';
const STORY = ['Detected', 'Diagnosing', 'Proposed', 'Delivering', 'PullRequestOpen', 'Merged', 'Verifying', 'Succeeded'];
const taken: Seat[] = [];

const seat = (): Seat => {
  const [first] = taken;
  if (!first) throw new Error('the fleet did not start: see above');
  return first;
};
const k = (...args: string[]): Promise<string> => seat().k(...args);

/** The rest of the line of the story that holds `marker`. */
const told = (fleet: RunningFleet, marker: string): string | undefined =>
  fleet.stdout().split('\n').find((line) => line.includes(marker))?.split(marker)[1]?.trim();

/** A table by its header: each row as column → cell. Only for tables whose cells are separated by two blanks or more. */
function table(text: string): readonly Readonly<Record<string, string>>[] {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const columns = [...header.matchAll(/\S+(?: \S+)*\s*/g)].map((match) => ({ name: match[0].trim(), from: match.index, to: match.index + match[0].length }));
  const last = columns.at(-1)?.name;
  return lines.map((line) => Object.fromEntries(columns.map(({ name, from, to }) => [name, line.slice(from, name === last ? undefined : to).trim()])));
}

function watch(file: string, env: Readonly<Record<string, string>>): Pick<Seat, 'watched' | 'stopWatching'> {
  const watching = spawn(file, ['get', 'rr', '-A', '-w'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const seen = { text: '' };
  watching.stdout.on('data', (chunk: Buffer) => (seen.text += chunk.toString()));
  const over = new Promise<void>((done) => watching.on('close', () => done()));
  return {
    watched: () => seen.text,
    stopWatching() {
      watching.kill('SIGKILL');
      return over;
    },
  };
}

beforeAll(async () => {
  const kubectl = inject('lab').programs.kubernetes?.paths.kubectl;
  if (!kubectl) throw new Error('the lab has no kubectl: this spec needs the tool `kubernetes` in specs.ts');
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-story-'));
  const file = join(folder, 'fleetmend.mjs');
  await bundle({ root: ROOT, entry: 'apps/cli/src/main.ts', file: relative(ROOT, file) });
  const stateDir = join(folder, 'state');
  const KUBECONFIG = join(stateDir, 'sandbox.kubeconfig');
  const env = { PATH: `${join(ROOT, 'apps', 'cli', 'bin')}:${process.env.PATH ?? ''}`, HOME: folder, KUBECONFIG };
  const fleet = startFleet({ command: [process.execPath, '--disable-warning=ExperimentalWarning', file, 'up', '--accelerated', '--state-dir', stateDir], env: { FLEETMEND_ROOT: ROOT } });
  // Not when it is printed, which is when the hub is up: the watch has to be there before anything fails.
  await until('the fleet serves its API', 90, async () => existsSync(KUBECONFIG) && readFileSync(KUBECONFIG, 'utf8').includes('current-context'));
  const watching = watch(kubectl, env);
  await until('the fleet prints how to reach it', 90, async () => told(fleet, 'export KUBECONFIG=') === KUBECONFIG);
  taken.push({
    fleet,
    ...watching,
    async k(...args) {
      const { status, stdout, stderr } = await runCommand([kubectl, ...args], { env });
      if (status !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${status}: ${stderr}`);
      return stdout;
    },
  });
}, 180_000);

afterAll(async () => {
  const [first] = taken;
  await first?.stopWatching();
  await first?.fleet.kill();
});

describe('kubectl with the printed KUBECONFIG, while the demo plays', () => {
  it('waits for the recovery like for that of anything else', async () => {
    await until('somebody has asked for a repair', 90, async () => (await k('get', 'rr', '-n', NAMESPACE, '-o', 'name')) !== '');
    const name = (await k('get', 'rr', '-n', NAMESPACE, '-o', 'name')).trim();
    expect(await k('wait', name, '-n', NAMESPACE, '--for=condition=Recovered', '--timeout=90s')).toBe(`${name} condition met\n`);
    expect(await k('wait', name, '-n', NAMESPACE, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=10s')).toContain('condition met');
  });

  it('reads the new limit from the Deployment, and finds its pod ready', async () => {
    expect(await k('get', 'deployment', 'checkout', '-n', 'shop', '-o', 'jsonpath={.spec.template.spec.containers[0].resources.limits.memory}')).toBe('128Mi');
    await k('rollout', 'status', 'deployment/checkout', '-n', 'shop', '--timeout=30s');
  });

  it('shows one request for it, with its cluster, failure, phase and pull request', async () => {
    const rows = table(await k('get', 'rr', '-A')).filter(({ TARGET }) => TARGET === 'Deployment/shop/checkout');
    expect(rows).toMatchObject([{ NAMESPACE, CLUSTER: 'prod-1', FAILURE: 'OOMKilled', PHASE: 'Succeeded', 'PULL REQUEST': 'fleet#1' }]);
  });

  it('shows the attempt, the cause and the reason when it is asked for more', async () => {
    const rows = table(await k('get', 'rr', '-A', '-o', 'wide')).filter(({ TARGET }) => TARGET === 'Deployment/shop/checkout');
    expect(rows).toMatchObject([{ PHASE: 'Succeeded', ATTEMPT: '1', CAUSE: 'app needs more than its memory limit of 64Mi', REASON: expect.stringMatching(/\S/) }]);
  });

  it('has `fleetmend` for a plugin', async () => {
    const bin = join(ROOT, 'apps', 'cli', 'bin');
    const told = await k('fleetmend', 'describe', (await k('get', 'rr', '-n', NAMESPACE, '-o', 'jsonpath={.items[0].metadata.name}')).trim()).catch((error: Error) => error.message);
    expect(told, `with ${bin} on the PATH`).toMatch(/Succeeded.*64Mi → 128Mi/s);
  }, 60_000);

  it('describes the story in its order: failure, cause, change, verdict, merge, recovery', async () => {
    const text = await k('describe', 'rr', '-n', NAMESPACE);
    for (const line of [
      /Kind: +RemediationRequest/, /Class: +OOMKilled/, /Message: +container app was killed for memory/, /Cause: +app needs more than its memory limit of 64Mi/,
      /Before: +64Mi/, /After: +128Mi/, /File: +clusters\/prod-1\/shop\/checkout\.yaml/, /Tier: +T0/, /State: +Merged/, /Phase: +Succeeded/, /State: +Healthy/,
    ]) expect(text).toMatch(line);
    const conditions = [...text.matchAll(/^ +Status: +(\S+)\n +Type: +(\S+)$/gm)].map(([, status, type]) => `${type}=${status}`);
    expect(conditions).toEqual(['Diagnosed=True', 'PolicyApproved=True', 'PullRequestMerged=True', 'RolledOut=True', 'Recovered=True', 'Finished=True']);
  });

  it('saw every phase go by in its watch, in order', async () => {
    await until('the watch has shown the end', 30, async () => seat().watched().includes('Succeeded'));
    const words = seat().watched().split('\n').filter((line) => line.startsWith(`${NAMESPACE} `)).map((line) => line.split(/\s+/));
    const phases = words.flatMap((cells) => cells.filter((cell) => PHASES.some((phase) => phase === cell)));
    expect(phases.filter((phase, at) => phase !== phases[at - 1])).toEqual(STORY);
  });

  it('was told no fairy tale: the repository has one commit of ours, and it changes one line', async () => {
    const repository = told(seat().fleet, 'repository ') ?? '';
    expect(commitsOnMain(repository).filter(({ request }) => request.startsWith(`${NAMESPACE}/`))).toMatchObject([
      { files: [{ file: 'clusters/prod-1/shop/checkout.yaml', added: 1, removed: 1 }] },
    ]);
  });
});

describe('SIGTERM', () => {
  it('ends the fleet with 0 while somebody still watches, and leaves no process behind', async () => {
    const { fleet } = seat();
    fleet.end('SIGTERM');
    expect(await fleet.ended).toBe(0);
    expect(fleet.lives()).toBe(false);
  });
});
