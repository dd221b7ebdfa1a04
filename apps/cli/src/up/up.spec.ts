import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrail, verifyStatement, type Envelope } from '@fleetmend/audit';
import { createGit, openBareRepository } from '@fleetmend/git';
import type { SignedStatement } from '@fleetmend/model';
import { createLogger, systemClock, systemRandom } from '@fleetmend/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../exit-codes.ts';
import type { Result } from './result.ts';
import { up, type UpOptions } from './up.ts';

const PATIENCE = 120_000;

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-up-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const play = async (options: Partial<UpOptions> = {}, signal = new AbortController().signal, told: (line: string) => void = () => undefined) => {
  const lines: string[] = [];
  const answers: string[] = [];
  const line = (text: string) => {
    lines.push(text);
    told(text);
  };
  const terminal = { line, live: () => {}, isTty: false, colour: false };
  const status = await up(
    { stateDir, once: true, json: true, accelerated: true, ...options },
    { clock: systemClock, random: systemRandom, log: createLogger({ level: 'silent', service: 'test' }), env: { PATH: process.env['PATH'] }, fetch, root: join(import.meta.dirname, '../../../..'), terminal, answer: (line) => void answers.push(line), signal },
  );
  return { status, lines, answers, result: JSON.parse(answers.at(-1) ?? '{}') as Partial<Result> };
};

/** What the last record of each step says. */
async function recordsByStep(): Promise<Readonly<Record<string, Envelope['data']>>> {
  const found: Record<string, Envelope['data']> = {};
  for await (const { type, data } of readTrail(join(stateDir, 'hub', 'audit.jsonl'))) found[type.slice(type.lastIndexOf('.') + 1)] = data;
  return found;
}

const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
const sha = expect.stringMatching(/^[0-9a-f]{40}$/);
const proof = expect.objectContaining({ renderer: 'raw', base: sha, objects: 1, applications: 1, exact: true, unapplied: false });
/** Per step, each field that an auditor may ask for. */
const ON_RECORD: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  diagnose: { actor: 'hub', request: { uid: expect.any(String), attempt: 1 }, reasoner: 'playbook', evidence: expect.arrayContaining([digest]), redactions: expect.any(Object), precedents: [], models: [] },
  propose: { plan: digest, patch: digest, action: 'setResources', base: sha, repository: 'fleet', files: [{ path: expect.any(String), added: 1, removed: 1 }], proof },
  evaluate: { plan: digest, patch: digest, result: 'Allow', tier: 'T0', violations: [], bundle: digest, proof },
  openPullRequest: { plan: digest, patch: digest, parent: sha, commit: sha, verified: expect.toBeOneOf([true, false, null]), pullRequest: expect.stringContaining('pulls/1') },
  mergePullRequest: { plan: digest, head: sha, merge: sha, commits: [{ sha, byUs: true }], approvers: [] },
};

const commitsOf = async (repository: string) => {
  const bare = await openBareRepository({ path: repository, git: createGit(), clock: systemClock });
  return bare.log({ from: await bare.head('main'), limit: 10 });
};

it('plays the demo: one request, one merged pull request, twice the memory, and the story on the way', { timeout: PATIENCE }, async () => {
  const { status, result, lines } = await play();
  expect(status).toBe(EXIT.ok);
  expect(result).toMatchObject({ phase: 'Succeeded', attempt: 1, requests: 1, pullRequest: { state: 'merged' }, memory: { before: '64Mi', after: '128Mi' } });
  expect(await commitsOf(result.repository ?? '')).toHaveLength(2);
  expect(lines.join('\n')).toMatch(/KUBECONFIG=.*OOMKilled.*64Mi → 128Mi.*is merged.*recovered.*learned/s);

  // What was pushed is attested by a key of the fleet's own.
  const records = await recordsByStep();
  const { commit, attestation } = records['openPullRequest'] ?? {};
  const statement = verifyStatement(attestation as SignedStatement, readFileSync(join(stateDir, 'attestation.pub'), 'utf8'));
  expect(statement).toMatchObject({ subject: [{ digest: { gitCommit: commit } }], predicate: { verdict: { result: 'Allow' } } });

  // Every step left its own on record.
  for (const [step, fields] of Object.entries(ON_RECORD)) {
    for (const [field, wanted] of Object.entries(fields)) expect(records[step]?.[field], `${field} of ${step}`).toEqual(wanted);
  }

  // The same state again is the same story, told at once.
  const again = await play();
  expect([again.status, again.result.pullRequest]).toEqual([EXIT.ok, result.pullRequest]);
  expect(await commitsOf(result.repository ?? '')).toHaveLength(2);
});

it('ends in order at any moment when it is told to, and the next start goes on', { timeout: PATIENCE }, async () => {
  // Moments of the story and not of the clock: a fast machine would be through before the time was up.
  for (const moment of [/KUBECONFIG=/, /OOMKilled/, /is open on/, /is merged/]) {
    const ending = new AbortController();
    const stop = () => ending.abort(new Error('stopped by SIGTERM'));
    expect((await play({}, ending.signal, (line) => void (moment.test(line) && stop()))).status, `told to end at ${String(moment)}`).toBe(EXIT.interrupted);
  }
  const { status, result } = await play();
  expect([status, result.requests, result.phase]).toEqual([EXIT.ok, 1, 'Succeeded']);
  expect(await commitsOf(result.repository ?? '')).toHaveLength(2);
});

it('plays a scenario, and its expectation decides', { timeout: PATIENCE }, async () => {
  const { status, result } = await play({ scenario: join(import.meta.dirname, '../../../../test/scenarios/oom-quota-exhausted') });
  expect([status, result.phase]).toEqual([EXIT.ok, 'Escalated']);
  expect(result).not.toHaveProperty('memory');
  expect(result).not.toHaveProperty('pullRequest');
});

it('tries once more, differently, when the first repair does not end the failure', { timeout: PATIENCE }, async () => {
  const { status, result, lines } = await play({ scenario: join(import.meta.dirname, '../../../../test/scenarios/oom-first-step-not-enough') });
  expect([status, result.phase, result.attempt, result.requests]).toEqual([EXIT.ok, 'Succeeded', 2, 1]);
  expect(lines.join('\n')).toMatch(/64Mi → 128Mi.*attempt 1 .* did not end it.*128Mi → 256Mi.*recovered for the hold/s);
  expect(await commitsOf(result.repository ?? '')).toHaveLength(4);
});
