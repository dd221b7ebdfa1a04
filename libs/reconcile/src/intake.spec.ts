import { renderTime, seconds } from '@fleetmend/kernel';
import { fingerprintOf, sharedFingerprintOf, type FailureEvent, type Finding } from '@fleetmend/model';
import { memoryRequests, memorySettings, VirtualClock } from '@fleetmend/testing';
import { describe, expect, it } from 'vitest';
import { createIntake } from './intake.ts';
import { createOpenSet } from './open-set.ts';

const finding = (name: string): Finding => ({
  class: 'OOMKilled',
  target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name, container: 'app' },
  observation: { reason: 'OOMKilled', message: 'killed for memory', exitCode: 137 },
});

/** A hub's intake over a fleet of three clusters; `sharing` says which of them take the target from one file. */
function anIntake(sharing: readonly string[] = ['prod-1', 'prod-2', 'prod-3'], broughtByGit = false) {
  const clock = new VirtualClock();
  const ledger = memoryRequests(clock);
  const fleet = ['prod-1', 'prod-2', 'prod-3'].map((name) => ({ name, namespace: '', uid: name, labels: {}, createdAt: renderTime(clock.now()), spec: {}, status: {} }));
  const { port: settings } = memorySettings({ policies: [], bindings: [], clusters: fleet });
  const openSet = createOpenSet({ clock, closeDwell: seconds(60) });
  const asked: (readonly string[])[] = [];
  const shareFile = async (_: unknown, clusters: readonly string[]) => {
    asked.push(clusters);
    return clusters.filter((name, index) => index === 0 || (sharing.includes(name) && sharing.includes(clusters[0] ?? '')));
  };
  const intake = createIntake({ requests: ledger.port, settings, openSet, clock, shareFile, broughtByGit: async () => broughtByGit, window: seconds(10) });
  const event = (cluster: string, name = 'checkout', state: FailureEvent['state'] = 'open', version = 1): FailureEvent => {
    const at = clock.now();
    return { schema: 1, cluster, fingerprint: fingerprintOf(cluster, finding(name)), state, version, epoch: 1, at, firstSeen: at, count: 1, finding: finding(name) };
  };
  return { clock, ledger, intake, event, asked, requests: () => ledger.all().map(({ spec }) => spec) };
}

describe('what several clusters show alike', () => {
  it('is one request where one file is the cause, under what their fingerprints have in common', async () => {
    const { clock, intake, event, requests } = anIntake();
    const taken = ['prod-2', 'prod-1', 'prod-3'].map((cluster) => intake(event(cluster)));
    await clock.run(seconds(11));
    expect((await Promise.all(taken)).sort()).toEqual(['Created', 'Known', 'Known']);
    expect(requests()).toMatchObject([{ clusters: ['prod-1', 'prod-2', 'prod-3'], failure: { fingerprint: sharedFingerprintOf(finding('checkout')) } }]);
  });

  it('is a request each where their files differ', async () => {
    const { clock, intake, event, requests } = anIntake(['prod-1', 'prod-3']);
    const taken = ['prod-1', 'prod-2', 'prod-3'].map((cluster) => intake(event(cluster)));
    await clock.run(seconds(11));
    await Promise.all(taken);
    expect(requests().map(({ clusters }) => clusters)).toEqual([['prod-1', 'prod-3'], ['prod-2']]);
  });

  it('makes no second request when the news comes again, from whichever cluster', async () => {
    const { clock, intake, event, requests } = anIntake();
    const first = ['prod-1', 'prod-2'].map((cluster) => intake(event(cluster)));
    await clock.run(seconds(11));
    await Promise.all(first);
    expect(await intake(event('prod-2', 'checkout', 'open', 2))).toBe('Known');
    expect(requests()).toHaveLength(1);
  });

  it('leaves out a cluster in which it went away inside the window', async () => {
    const { clock, intake, event, requests } = anIntake();
    const taken = [intake(event('prod-1')), intake(event('prod-2')), intake(event('prod-2', 'checkout', 'closed', 2))];
    await clock.run(seconds(11));
    await Promise.all(taken);
    expect(requests()).toMatchObject([{ clusters: ['prod-1'], failure: { fingerprint: fingerprintOf('prod-1', finding('checkout')) } }]);
  });

  it('gives a cluster that comes after the window a request of its own', async () => {
    const { clock, intake, event, requests } = anIntake();
    const first = intake(event('prod-1'));
    await clock.run(seconds(11));
    await first;
    const second = intake(event('prod-2'));
    await clock.run(seconds(11));
    expect(await second).toBe('Created');
    expect(requests().map(({ clusters }) => clusters)).toEqual([['prod-1'], ['prod-2']]);
  });
});

it('what fails in one cluster only asks nobody about files', async () => {
  const { clock, intake, event, asked, requests } = anIntake();
  const taken = [intake(event('prod-1')), intake(event('prod-2', 'cart'))];
  await clock.run(seconds(11));
  await Promise.all(taken);
  expect(asked).toEqual([]);
  expect(requests()).toHaveLength(2);
});
