import { afterEach, describe, expect, it } from 'vitest';
import { notifierBench, ticket, type NotifierBench } from '../bench.fixture.ts';
import { jira } from './jira.ts';
import { jiraSite, type JiraSite } from './stand-in.fixture.ts';

let site: JiraSite;
let bench: NotifierBench;
const open = async (kind: 'cloud' | 'data-center', over: object = {}) => {
  site = await jiraSite(kind);
  bench = await notifierBench(jira, { url: site.url, project: 'OPS', token: 't0ken', ...(kind === 'cloud' ? { user: 'me@example.org' } : {}), ...over });
};
afterEach(async () => {
  bench.close();
  await site.close();
});

describe.each(['cloud', 'data-center'] as const)('Jira %s', (kind) => {
  it('gets one issue, which another life finds again, and which ends done with a comment', async () => {
    await open(kind);
    const filed = await bench.notifier.escalate(ticket);
    expect(filed?.url).toBe(`${site.url}/browse/OPS-1`);
    expect(await (await bench.again()).escalate(ticket)).toEqual(filed);
    await bench.notifier.closeTicket(ticket, 'it recovered');
    await bench.notifier.closeTicket(ticket, 'it recovered');
    expect(site.issues).toHaveLength(1);
    expect(site.issues[0]).toMatchObject({ fields: { status: { statusCategory: { key: 'done' } } }, comments: [expect.stringContaining('it recovered')] });
  });
});

it('says what the workflow lacks when nothing leads to a done status, and comments nothing', async () => {
  await open('cloud');
  await bench.notifier.escalate(ticket);
  site.workflow.transitions = [];
  await expect(bench.notifier.closeTicket(ticket, 'it recovered')).rejects.toMatchObject({ reason: 'ChannelRefused', message: expect.stringContaining('OPS-1') });
  expect(site.issues[0]?.comments).toEqual([]);
});

it('names the project and the issue type when Jira refuses', async () => {
  await open('cloud', { project: 'NOPE' });
  await expect(bench.notifier.escalate(ticket)).rejects.toMatchObject({ reason: 'ChannelRefused', message: expect.stringMatching(/valid project.*project NOPE and issue type Bug/) });
});

it('lets no text end the block that keeps it text', async () => {
  await open('data-center');
  await bench.notifier.escalate({ ...ticket, body: 'a {noformat} [link|https://evil.test]' });
  expect(site.issues[0]?.fields.description.match(/\{noformat\}/g)).toHaveLength(2);
});
