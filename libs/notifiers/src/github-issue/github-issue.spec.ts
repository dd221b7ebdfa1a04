import { afterEach, beforeEach, expect, it } from 'vitest';
import { notifierBench, ticket, type NotifierBench } from '../bench.fixture.ts';
import { githubIssue } from './github-issue.ts';
import { githubIssues, type GitHubIssues } from './stand-in.fixture.ts';

let github: GitHubIssues;
let bench: NotifierBench;
const open = (over: object = {}) => notifierBench(githubIssue, { url: github.url, repository: 'acme/ops', token: 't0ken', ...over });
beforeEach(async () => {
  github = await githubIssues();
  bench = await open();
});
afterEach(async () => {
  bench.close();
  await github.close();
});

it('finds its issue again behind a hundred newer ones, from another life and without any memory', async () => {
  const filed = await bench.notifier.escalate(ticket);
  for (let n = 0; n < 120; n += 1) github.issues.push({ number: n + 2, html_url: 'x', state: 'open', title: 'other', body: 'rr:a1b2 is only mentioned here', labels: ['fleetmend'], comments: [] });
  expect(await (await bench.again()).escalate(ticket)).toEqual(filed);
  expect(github.issues.filter(({ title }) => title.startsWith('OOMKilled'))).toHaveLength(1);
});

it('never takes a pull request for its issue', async () => {
  github.issues.push({ number: 1, html_url: 'pull', state: 'open', title: 'x', body: '<!-- fleetmend rr:a1b2 -->', labels: ['fleetmend'], comments: [], pull_request: {} });
  expect((await bench.notifier.escalate(ticket))?.url).not.toBe('pull');
});

it('lets no text from a cluster become markup, a mention, a link or a command', async () => {
  await bench.notifier.escalate({ ...ticket, title: 'killed @everyone #1', body: '```\n@octocat closes #7 <img src=x>' });
  const [issue] = github.issues;
  expect(issue?.title).not.toMatch(/@everyone|#1/);
  expect(issue?.body).toMatch(/^````text\n```\n@octocat closes #7 <img src=x>\n````\n/);
});

it('closes the issue with a comment, and leaves one that a person closed alone', async () => {
  await bench.notifier.escalate(ticket);
  await bench.notifier.closeTicket(ticket, 'it recovered');
  await bench.notifier.closeTicket(ticket, 'it recovered');
  expect(github.issues).toMatchObject([{ state: 'closed', comments: [expect.stringContaining('it recovered')] }]);
});

it('names what a refused token has to be able to do, and never the token', async () => {
  const wrong = await open({ token: 'wrong' });
  await expect(wrong.notifier.escalate(ticket)).rejects.toMatchObject({ reason: 'ChannelRefused', message: expect.stringMatching(/Bad credentials.*read and write issues of acme\/ops/) });
  await expect(wrong.notifier.escalate(ticket)).rejects.not.toMatchObject({ message: expect.stringContaining('wrong;') });
  wrong.close();
});

it('says of an outage that it may pass', async () => {
  github.next({ status: 503 });
  await expect(bench.notifier.escalate(ticket)).rejects.toThrow(/GitHub answered 503/);
  expect(await bench.notifier.escalate(ticket)).toBeDefined();
});
