import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { createHubMetrics } from './hub-metrics.ts';

const start = () => {
  const clock = new VirtualClock();
  const metrics = createHubMetrics({ clock, processMetrics: false });
  return { clock, metrics, text: async () => (await metrics.render()).text };
};
const move = { cluster: 'prod-1', class: 'OOMKilled', spent: 4_000 };

it('counts a request once, by the outcome that it ended with', async () => {
  const { metrics, text } = start();
  metrics.moved({ ...move, from: 'Detected', to: 'Diagnosing' });
  metrics.moved({ ...move, from: 'Verifying', to: 'Succeeded', sinceFirstSeen: 55_000 });
  expect(await text()).toContain('fleetmend_requests_total{cluster="prod-1",class="OOMKilled",outcome="Succeeded"} 1');
});

it('measures phases and the time to repair in seconds', async () => {
  const { metrics, text } = start();
  metrics.moved({ ...move, from: 'Verifying', to: 'Succeeded', sinceFirstSeen: 55_000 });
  expect(await text()).toContain('fleetmend_request_phase_seconds_sum{phase="Verifying"} 4\n');
  expect(await text()).toContain('fleetmend_time_to_repair_seconds_sum{class="OOMKilled"} 55\n');
});

it('measures no time to repair for what was not repaired', async () => {
  const { metrics, text } = start();
  metrics.moved({ ...move, from: 'Proposed', to: 'Escalated', sinceFirstSeen: 55_000 });
  expect(await text()).toContain('fleetmend_time_to_repair_seconds_count{class="OOMKilled"} 0');
});

it('tells how long each agent has been silent, at the moment of the scrape', async () => {
  const { clock, metrics, text } = start();
  metrics.heard('prod-1');
  await clock.run(90_000);
  expect(await text()).toContain('fleetmend_agent_last_seen_seconds{cluster="prod-1"} 90');
});

it('forgets states of pull requests that nothing is in any more', async () => {
  const { metrics, text } = start();
  metrics.pullRequests({ Open: 2 });
  metrics.pullRequests({ Merged: 2 });
  expect(await text()).toContain('fleetmend_pull_requests{state="Merged"} 2');
  expect(await text()).not.toContain('state="Open"');
});

it('keeps two hubs in one process apart', async () => {
  const [one, other] = [start(), start()];
  one.metrics.event('accepted');
  expect(await other.text()).not.toContain('fleetmend_events_total{');
});

it('lets no label grow without end: what comes after many values is "other"', async () => {
  const { metrics, text } = start();
  for (let n = 0; n < 250; n += 1) metrics.moved({ ...move, class: `Custom${n}`, from: 'Verifying', to: 'Failed' });
  const shown = await text();
  expect(shown.match(/^fleetmend_requests_total\{/gm)).toHaveLength(4 * 201);
  expect(shown).toContain('class="other",outcome="Failed"} 50');
});

it('lets what an agent told of its watches grow older until it tells again', async () => {
  const { clock, metrics, text } = start();
  metrics.heard('prod-1', 20_000);
  await clock.run(60_000);
  metrics.heard('prod-1');
  await clock.run(10_000);
  expect(await text()).toContain('fleetmend_watch_staleness_seconds{cluster="prod-1"} 90');
  metrics.heard('prod-1', 1_000);
  expect(await text()).toContain('fleetmend_watch_staleness_seconds{cluster="prod-1"} 1\n');
});

it('counts what was dropped at the door once, however often it is told', async () => {
  const { metrics, text } = start();
  metrics.dropped(3);
  metrics.dropped(3);
  metrics.dropped(5);
  expect(await text()).toContain('fleetmend_events_total{result="rejected"} 5');
});

it('shows every outcome at 0 as soon as a request is under way, so that the first one is an increase', async () => {
  const { metrics, text } = start();
  metrics.moved({ ...move, from: 'Detected', to: 'Diagnosing' });
  for (const outcome of ['Succeeded', 'Failed', 'Escalated', 'Dismissed']) expect(await text()).toContain(`outcome="${outcome}"} 0`);
});
