import { afterEach, beforeEach, expect, it } from 'vitest';
import { move, notifierBench, ticket, type NotifierBench } from '../bench.fixture.ts';
import { slack } from './slack.ts';
import { slackWorkspace, type SlackWorkspace } from './stand-in.fixture.ts';

let workspace: SlackWorkspace;
let bench: NotifierBench;
beforeEach(async () => {
  workspace = await slackWorkspace();
  bench = await notifierBench(slack, { url: workspace.url, token: 't0ken', channel: 'C1' });
});
afterEach(async () => {
  bench.close();
  await workspace.close();
});

it('keeps what is said of one request in one thread, over a restart too', async () => {
  await bench.notifier.announce(move);
  await (await bench.again()).announce({ ...move, to: 'Failed', key: 'a1b2/2' });
  const [first, second] = workspace.posted;
  expect([first?.thread, second?.thread]).toEqual([undefined, first?.ts]);
});

it('tells the news and not every step on the way', async () => {
  await bench.notifier.announce({ ...move, to: 'Diagnosing' });
  expect(workspace.posted).toEqual([]);
});

it('answers where the case can be read', async () => {
  expect((await bench.notifier.escalate(ticket))?.url).toMatch(/^https:\/\/slack\.test\/archives\/C1\/p17/);
});

it('lets no text become a mention or a link', async () => {
  await bench.notifier.escalate({ ...ticket, body: '<!channel> <https://evil.test|click> & more' });
  expect(workspace.posted[0]?.text).toContain('&lt;!channel&gt; &lt;https://evil.test|click&gt; &amp; more');
});

it('keeps nothing that was not said: after trouble it is said again', async () => {
  workspace.refuse('ratelimited');
  await expect(bench.notifier.announce(move)).rejects.toThrow(/ratelimited/);
  await bench.notifier.announce(move);
  expect(workspace.posted).toHaveLength(1);
});

it('says what to do about a bot that is not in the channel', async () => {
  workspace.refuse('not_in_channel');
  await expect(bench.notifier.announce(move)).rejects.toMatchObject({ reason: 'ChannelRefused', message: expect.stringContaining('invite the bot to C1') });
});
