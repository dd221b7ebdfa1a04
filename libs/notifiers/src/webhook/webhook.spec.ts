import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { move, notifierBench, ticket, type NotifierBench } from '../bench.fixture.ts';
import { receiver, type Receiver } from './stand-in.fixture.ts';
import { webhook } from './webhook.ts';

const secret = 'sixteen characters or more';
let service: Receiver;
let bench: NotifierBench;
beforeEach(async () => {
  service = await receiver();
  bench = await notifierBench(webhook, { url: `${service.url}/hook`, secret });
});
afterEach(async () => {
  bench.close();
  await service.close();
});

it('signs the very bytes that it sends', async () => {
  await bench.notifier.announce(move);
  const [asked] = service.asked;
  expect(asked?.headers['x-fleetmend-signature']).toBe(`sha256=${createHmac('sha256', secret).update(asked?.text ?? '').digest('hex')}`);
});

it('sends a CloudEvent with the same id and idempotency key whenever it sends the same news', async () => {
  service.next({ status: 500 });
  await expect(bench.notifier.announce(move)).rejects.toThrow(/answered 500/);
  await bench.notifier.announce(move);
  expect(service.asked.map(({ headers, body }) => [headers['idempotency-key'], (body as { id: string }).id])).toEqual([['a1b2/1', 'a1b2/1'], ['a1b2/1', 'a1b2/1']]);
});

it('sends nothing twice that arrived, over a restart too', async () => {
  await bench.notifier.escalate(ticket);
  await (await bench.again()).escalate(ticket);
  expect(service.asked).toHaveLength(1);
});

it('tells only what it was asked to tell', async () => {
  const quiet = await notifierBench(webhook, { url: service.url, announce: ['Succeeded'] });
  await quiet.notifier.announce(move);
  expect(service.asked).toEqual([]);
  quiet.close();
});

it.each(['ftp://a', 'not a url'])('refuses %s as an address', async (url) => {
  await expect(notifierBench(webhook, { url })).rejects.toThrow(/url/);
});

it('is authenticated by the user of its address, whose password stands in no error', async () => {
  const known = await notifierBench(webhook, { url: service.url.replace('http://', 'http://ada:hunter%32@') });
  service.next({ status: 500 });
  const failure = await known.notifier.announce(move).catch(String);
  expect(failure).toMatch(/answered 500/);
  expect(failure).not.toContain('hunter');
  await known.notifier.announce(move);
  expect(service.asked.map(({ headers }) => headers['authorization'])).toEqual(Array(2).fill(`Basic ${Buffer.from('ada:hunter2').toString('base64')}`));
  known.close();
});
