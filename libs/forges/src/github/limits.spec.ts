import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dozingClock } from '../gitea/spec-support/gitea-harness.ts';
import { github } from './github.ts';
import { type GitHubHarness, URL, githubHarness } from './spec-support/github-harness.ts';
import { createWriteBudget } from './write-budget.ts';

let harness: GitHubHarness;
beforeAll(async () => {
  harness = await githubHarness();
});
afterAll(() => harness.remove());

const forgeOf = (token: string, fetch = harness.fetch, clock = harness.clock) =>
  github.create({ url: URL, token, mergeMethod: 'squash', bots: [] }, { clock, fetch, stateDir: '', log: { info: () => undefined, warn: () => undefined } });
const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);

describe('credentials', () => {
  it.each([
    ['revoked', /refused the credentials.*Bad credentials/],
    ['reader', /does not allow POST .*git\/blobs.*grant the permission contents=write/],
    ['classic', /scopes "read:org" and needs one of "repo"/],
  ])('that are %s are a permanent refusal that names what is missing, and never shown', async (token, message) => {
    const repository = await harness.seedRepository({ 'a.yaml': 'a\n' });
    const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
    const refusal = await failureOf((await forgeOf(token)).commit({ repository, branch: 'x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'm' }));
    expect(refusal).toMatchObject({ reason: 'ForgeRefused', message: expect.stringMatching(message) });
    expect(String(refusal)).not.toContain(`token ${token}`);
  });
});

describe('limits', () => {
  const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' };

  it.each([
    ['a secondary limit with retry-after', 403, secondary, () => ({ 'retry-after': '120' }), 120],
    ['a secondary limit without one', 403, secondary, () => ({}), 60],
    ['a primary limit', 429, { message: 'API rate limit exceeded' }, (now: number) => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 90) }), 90],
  ])('after %s nothing is sent until its time is over', async (_, status, body, headers, seconds) => {
    const clock = dozingClock();
    let asked = 0;
    const limited = (async () => {
      asked += 1;
      return asked === 1 ? Response.json(body, { status, headers: headers(clock.now()) as Record<string, string> }) : Response.json({ full_name: 'a/b', default_branch: 'main' });
    }) as typeof fetch;
    const forge = await forgeOf('t', limited, clock);
    const failure = await failureOf(forge.remote('a/b'));
    expect(failure).not.toMatchObject({ name: 'PermanentError' });
    expect(String(failure)).toMatch(new RegExp(`limits stop GET /repos/a/b for ${seconds} s`));
    await clock.sleep(seconds * 1000 - 1);
    expect(String(await failureOf(forge.remote('a/b')))).toMatch(/hear nothing for 1 s more/);
    expect(asked).toBe(1);
    await clock.sleep(1);
    expect((await forge.remote('a/b')).url).toContain('a/b.git');
  });

  it('are kept by counting writes: ten at once, then a second apart, eighty a minute and five hundred an hour at most', async () => {
    const clock = dozingClock();
    const begin = clock.now();
    const budget = createWriteBudget({ clock });
    for (let write = 0; write < 10; write += 1) await budget.take();
    expect(clock.now()).toBe(begin);
    const at: number[] = Array.from({ length: 10 }, () => begin);
    for (let refusals = 0; at.length < 700; ) {
      try {
        await budget.take();
        at.push(clock.now());
      } catch (error) {
        expect(String(error)).toMatch(/next one is free in \d+ s/);
        refusals += 1;
        await clock.sleep(60_000);
      }
      expect(refusals).toBeLessThan(200);
    }
    const most = (span: number) => Math.max(...at.map((from) => at.filter((each) => each >= from && each < from + span).length));
    expect(most(60_000)).toBeLessThanOrEqual(80);
    expect(most(3_600_000)).toBe(500);
    expect(at[10]).toBe(begin + 1000);
  });
});

describe('a server in trouble', () => {
  it.each([
    ['does not answer', () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:3000') })), /did not answer POST .*ECONNREFUSED/],
    ['fails', async () => Response.json({ message: 'Server Error' }, { status: 502 }), /answered 502 to POST .*Server Error/],
  ])('that %s is tried again later, and a write is sent once', async (_, answer, message) => {
    const repository = await harness.seedRepository({ 'a.yaml': 'a\n' });
    const parent = (await harness.head({ repository, branch: 'main' })) ?? '';
    let writes = 0;
    const failing = (async (url: string, init: RequestInit = {}) => {
      if (init.method === 'GET') return harness.fetch(url, init);
      writes += 1;
      return answer();
    }) as typeof fetch;
    const failure = await failureOf((await forgeOf('fleetmend-bot', failing)).commit({ repository, branch: 'x', parent, files: new Map([['a.yaml', 'b\n']]), message: 'm' }));
    expect(failure).not.toMatchObject({ name: 'PermanentError' });
    expect(String(failure)).toMatch(message);
    expect(writes).toBe(1);
  });

  it('that has moved the repository is not followed, so that the token stays', async () => {
    const moved = (async () => new Response(null, { status: 301, headers: { location: 'https://evil.test/repositories/1' } })) as typeof fetch;
    await expect((await forgeOf('t', moved)).updatePullRequest({ repository: 'a/b', number: 1, comment: { marker: 'm', body: 'b' } })).rejects.toMatchObject({ reason: 'RepositoryMoved' });
  });

  it.each(['a', 'a/b/c', '../x', 'a/..', 'a b/c'])('is not even asked for the repository %j', async (repository) => {
    const never = (async () => Promise.reject(new Error('asked'))) as typeof fetch;
    await expect((await forgeOf('x', never)).remote(repository)).rejects.toMatchObject({ reason: 'RepositoryNotFound' });
  });
});
