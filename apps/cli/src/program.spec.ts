import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { openFileAudit } from '@fleetmend/audit';
import { systemClock } from '@fleetmend/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalPullRequests } from '@fleetmend/forges';
import { pluginStateDir } from '@fleetmend/hub';
import { EXIT } from './exit-codes.ts';
import { runCli } from './program.ts';
import { FORGE, REPOSITORY } from './up/demo-settings.ts';
import { stateLayout } from './up/state-layout.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-cli-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const run = async (...args: readonly string[]) => {
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const status = await runCli({
    args,
    env: { HOME: dir, FLEETMEND_STATE_DIR: join(dir, 'state'), PATH: process.env['PATH'] },
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    signal: new AbortController().signal,
    root: dir,
  });
  const textOf = (stream: PassThrough) => String(stream.read() ?? '');
  return { status, out: textOf(stdout), err: textOf(stderr) };
};

describe('the command line', () => {
  it('explains itself with examples', async () => {
    const { status, out } = await run('--help');
    expect(status).toBe(EXIT.ok);
    expect(out).toMatch(/Examples:[\s\S]*fleetmend up --once --json/);
  });

  it.each([['--once'], ['--json'], ['--accelerated'], ['--scenario=test']])('refuses up --context with %s, which only the sandbox can do', async (option) => {
    const { status, err } = await run('up', '--context', 'prod', option);
    expect([status, err]).toEqual([EXIT.usage, expect.stringMatching(new RegExp(`${option.replace(/=.*/, '')} is for the sandbox and cannot stand with --context: leave out the one or the other`))]);
  });

  it.each([[['--no-such-option']], [['no-such-command']], [['describe']], [['up', '--log-level', 'loud']]])('refuses %j as wrong', async (args) => {
    const { status, err } = await run(...args);
    expect(status).toBe(EXIT.usage);
    expect(err).not.toBe('');
  });
});

describe('trouble is named with the next step, and ends with its own status', () => {
  it('a kubeconfig that is not there', async () => {
    const { status, err } = await run('get', '--kubeconfig', join(dir, 'nowhere'));
    expect(status).toBe(EXIT.permanent);
    expect(err).toMatch(/nowhere.*name a file that exists/s);
  });

  it('no kubeconfig at all', async () => {
    const { status, err } = await run('get');
    expect(status).toBe(EXIT.permanent);
    expect(err).toMatch(/fleetmend up.*KUBECONFIG.*--kubeconfig/);
  });

  it('a context that is not there', async () => {
    const file = join(dir, 'kubeconfig');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'a', clusters: [{ name: 'a', cluster: { server: 'http://127.0.0.1:1' } }], users: [{ name: 'a', user: {} }], contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }] }));
    const { status, err } = await run('up', '--kubeconfig', file, '--context', 'b');
    expect(status).toBe(EXIT.permanent);
    expect(err).toMatch(/has no context "b"; it has: a/);
  });

  it('an API server that does not answer', async () => {
    const file = join(dir, 'kubeconfig');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'a', clusters: [{ name: 'a', cluster: { server: 'http://127.0.0.1:1' } }], users: [{ name: 'a', user: {} }], contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }] }));
    const { status, err } = await run('get', '--kubeconfig', file);
    expect(status).toBe(EXIT.failed);
    expect(err).toMatch(/cannot reach the Kubernetes API at http:\/\/127\.0\.0\.1:1.*check the address/s);
  });

  it('a scenario folder that is none', async () => {
    const { status, err } = await run('up', '--once', '--scenario', dir);
    expect(status).toBe(EXIT.permanent);
    expect(err).toContain('scenario.yaml');
  });

  it('a state directory that cannot be made', async () => {
    writeFileSync(join(dir, 'file'), '');
    const { status, err } = await run('up', '--once', '--state-dir', join(dir, 'file', 'state'));
    expect(status).toBe(EXIT.permanent);
    expect(err).toContain('--state-dir');
  });

  it('a state directory whose world is damaged', async () => {
    mkdirSync(join(dir, 'state'));
    writeFileSync(join(dir, 'state', 'sandbox.db'), 'damaged '.repeat(2_000));
    const { status, err } = await run('up', '--once');
    expect(status).toBe(EXIT.permanent);
    expect(err).toMatch(/sandbox\.db.*away/s);
  });

  it('a state directory whose repository is damaged', async () => {
    const repository = join(dir, 'state', 'repositories', 'fleet.git');
    mkdirSync(repository, { recursive: true });
    for (const name of ['HEAD', 'objects', 'refs']) writeFileSync(join(repository, name), 'damaged');
    const { status, err } = await run('up', '--once');
    expect(status).toBe(EXIT.permanent);
    expect(err).toMatch(/repositories.*begin anew/s);
  });

  it('a pull request that does not exist', async () => {
    mkdirSync(join(dir, 'state', 'hub'), { recursive: true });
    const { status, err } = await run('pr', 'show', '7');
    expect(status).toBe(EXIT.permanent);
    expect(err).toContain('7');
  });

  it('a number that is none', async () => {
    mkdirSync(join(dir, 'state', 'hub'), { recursive: true });
    expect(await run('pr', 'merge', 'x')).toMatchObject({ status: EXIT.usage, err: expect.stringContaining('pr list') });
  });
});

it('lists no pull requests where there are none', async () => {
  mkdirSync(join(dir, 'state', 'hub'), { recursive: true });
  expect(await run('pr', 'list')).toEqual({ status: EXIT.ok, out: 'No pull requests.\n', err: '' });
});

it('closes a pull request under the name of who says no', async () => {
  const layout = stateLayout(join(dir, 'state'));
  const pullRequests = createLocalPullRequests({ stateDir: pluginStateDir(layout.hub, `hub.forges.${FORGE}`, 'local'), root: layout.repositories, clock: systemClock });
  const repository = await pullRequests.repository(REPOSITORY);
  await repository.commit({ branch: 'main', files: new Map([['a', '1']]), message: 'one' });
  const head = await repository.createCommit({ parent: await repository.head('main'), files: new Map([['a', '2']]), message: 'two', author: { name: 'ben', email: 'ben@fleet.local' }, at: 0 });
  repository.moveBranch({ branch: 'topic', from: undefined, to: head });
  await pullRequests.open({ repository: REPOSITORY, branch: 'topic', base: 'main', title: 'two', body: '' }, { login: 'ben' });
  pullRequests.dispose();
  expect(await run('pr', 'close', '1', '-m', 'not like this')).toMatchObject({ status: EXIT.ok, out: 'closed #1\n' });
  expect((await run('pr', 'list')).out).toMatch(/^#1 {2}Closed {2}two/);
});

it.each([[['doctor']], [['get']], [['pr', 'list']], [['audit', 'verify']]])('%j only reads: it leaves no folder where no fleet was', async (args) => {
  const { status } = await run(...args);
  expect(status).not.toBe(EXIT.ok);
  expect(existsSync(join(dir, 'state'))).toBe(false);
});

it('counts what is wrong on this machine, each with its fix', async () => {
  const { status, out } = await run('doctor');
  expect(status).toBe(EXIT.failed);
  expect(out).toMatch(/^ok {4}node/m);
  expect(out).toMatch(/^FAIL {2}policy bundle: .*policies/m);
});

it('proves an audit trail, and names the line where somebody changed it', async () => {
  const file = join(dir, 'audit.jsonl');
  const trail = await openFileAudit({ file, clock: systemClock, writer: 'hub' });
  await trail.record({ step: 'propose', actor: 'hub', request: { namespace: 'shop-team', name: 'rr-1', uid: 'u', attempt: 1 }, data: { plan: 'a' } });
  await trail.close();
  expect(await run('audit', 'verify', file)).toMatchObject({ status: EXIT.ok, out: expect.stringContaining('intact: 1 records') });
  writeFileSync(file, readFileSync(file, 'utf8').replace('"plan":"a"', '"plan":"b"'));
  expect(await run('audit', 'verify', file)).toMatchObject({ status: EXIT.failed, out: expect.stringMatching(/NOT intact: .*line 1/) });
});
