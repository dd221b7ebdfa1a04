import { afterEach, beforeEach, expect, it } from 'vitest';
import { move, notifierBench, ticket, type NotifierBench } from '../bench.fixture.ts';
import { pagerduty } from './pagerduty.ts';
import { pagerDutyEvents, type PagerDutyEvents } from './stand-in.fixture.ts';

let service: PagerDutyEvents;
let bench: NotifierBench;
beforeEach(async () => {
  service = await pagerDutyEvents();
  bench = await notifierBench(pagerduty, { url: service.url, routingKey: 'r0uting' });
});
afterEach(async () => {
  bench.close();
  await service.close();
});

it('pages once for the same case, from another life too, and resolves the page', async () => {
  await bench.notifier.escalate(ticket);
  await (await bench.again()).escalate(ticket);
  expect([...service.alerts.keys()]).toEqual(['rr:a1b2']);
  await bench.notifier.closeTicket(ticket, 'it recovered');
  expect(service.alerts.get('rr:a1b2')?.resolved).toBe(true);
});

it('pages nobody for a move', async () => {
  await bench.notifier.announce(move);
  expect(service.asked).toEqual([]);
});

it('sends a summary that PagerDuty takes, however long the title is', async () => {
  await bench.notifier.escalate({ ...ticket, title: 'x'.repeat(5_000) });
  expect(service.alerts.size).toBe(1);
});

it('says that the routing key is wrong, and not what it is', async () => {
  const wrong = await notifierBench(pagerduty, { url: service.url, routingKey: 'hunter2' });
  const error = await wrong.notifier.escalate(ticket).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ reason: 'ChannelRefused', message: expect.stringMatching(/routing_key.*check the routing key/) });
  expect(String((error as Error).message)).not.toContain('hunter2');
  wrong.close();
});
