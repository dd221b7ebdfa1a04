import { minutes, seconds } from '@fleetmend/kernel';
import type { Finding } from '@fleetmend/model';
import type { Detector } from '@fleetmend/plugin-api';
import { describe, expect, it } from 'vitest';
import type { Sighting } from './sighting.ts';
import { createTracker, type TargetState } from './tracker.ts';

const detector = (kind: string, dwell: Detector['dwell'], explainedBy: readonly string[] = []): Detector => ({ kind, classes: ['OOMKilled'], reads: [], inspects: ['Pod'], dwell, explainedBy, inspect: () => [] });
const memory = detector('oom-killed', { time: 0, restarts: 1 });
const crash = detector('crash-loop', { time: 0, restarts: 2 }, ['oom-killed']);
const image = detector('image-pull', { time: seconds(30) });
const CLASSES: Readonly<Record<string, Finding['class']>> = { 'oom-killed': 'OOMKilled', 'crash-loop': 'CrashLoopBackOff', 'image-pull': 'ImagePullBackOff' };

function sighting(by: Detector, parts: { readonly restarts?: number; readonly count?: number; readonly subCause?: string; readonly container?: string } = {}): Sighting {
  const { restarts = 3, count = restarts, subCause, container = 'app' } = parts;
  const finding: Finding = {
    class: CLASSES[by.kind] ?? 'OOMKilled', ...(subCause === undefined ? {} : { subCause }),
    target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout', container }, observation: { reason: 'x', message: 'x', restarts },
  };
  return { fingerprint: `${by.kind}/${container}/${subCause ?? ''}`, detector: by, finding, restarts, count };
}

/** Plays seconds: at each, what is seen then; writes down what changed, with its second. */
function play({ hold = minutes(5), state = () => 'healthy' as TargetState } = {}) {
  let now = 0;
  const told: string[] = [];
  const tracker = createTracker({ hold, targetState: () => state() });
  return {
    tracker, told,
    see(span: number, ...seen: readonly Sighting[]) {
      for (const end = now + span * 1000; now < end; now += 1000) {
        for (const { change, entry } of tracker.observe({ now, sightings: new Map(seen.map((one) => [one.fingerprint, one])) })) told.push(`${now / 1000}s ${change} ${entry.fingerprint}`);
      }
    },
  };
}

describe('dwell', () => {
  it('by restarts opens as soon as the count is reached', () => {
    const world = play();
    world.see(30, sighting(memory, { restarts: 0 }));
    world.see(10, sighting(memory, { restarts: 1 }));
    expect(world.told).toEqual(['30s opened oom-killed/app/']);
  });

  it('by time opens after it, and forgets what healed inside it', () => {
    const world = play();
    world.see(20, sighting(image));
    world.see(60);
    expect(world.told).toEqual(['30s forgotten image-pull/app/']);
    world.see(40, sighting(image));
    expect(world.told.at(-1)).toBe('110s opened image-pull/app/');
  });

  it('goes on through a blink', () => {
    const world = play();
    world.see(20, sighting(image));
    world.see(5);
    world.see(20, sighting(image));
    expect(world.told).toEqual(['30s opened image-pull/app/']);
  });

  it('is over at once for what an object shows to have lasted longer, at the first look', () => {
    const tracker = createTracker({ hold: minutes(5), targetState: () => 'unhealthy' });
    const one = sighting(image);
    const [change] = tracker.observe({ now: minutes(10), sightings: new Map([[one.fingerprint, one]]), since: () => minutes(9) });
    expect(change).toMatchObject({ change: 'opened', entry: { firstSeen: minutes(9) } });
  });
});

describe('closing', () => {
  it('waits until the target was healthy for the whole hold', () => {
    let state: TargetState = 'unhealthy';
    const world = play({ hold: seconds(60), state: () => state });
    world.see(5, sighting(memory));
    world.see(100);
    state = 'healthy';
    world.see(55);
    state = 'unhealthy';
    world.see(5);
    state = 'healthy';
    world.see(55);
    expect(world.told).toHaveLength(1);
    world.see(10);
    expect(world.told.at(-1)).toMatch(/^22\ds closed oom-killed/);
  });

  it('does not happen while the picture is too old to tell, nor between two sightings', () => {
    let state: TargetState = 'unknown';
    const world = play({ hold: seconds(60), state: () => state });
    world.see(5, sighting(memory));
    world.see(600);
    state = 'healthy';
    for (let turn = 0; turn < 5; turn += 1) {
      world.see(50);
      world.see(1, sighting(memory));
    }
    expect(world.told).toEqual(['0s opened oom-killed/app/']);
  });

  it('happens at once when the target is gone', () => {
    let state: TargetState = 'healthy';
    const world = play({ state: () => state });
    world.see(5, sighting(memory));
    state = 'gone';
    world.see(2);
    expect(world.told.at(-1)).toBe('5s gone oom-killed/app/');
  });

  it('takes up what an earlier life had reported, and closes it after the hold', () => {
    const world = play({ hold: seconds(60) });
    const { finding, fingerprint } = sighting(memory);
    world.tracker.restore({ fingerprint, detector: 'oom-killed', finding, firstSeen: -5_000, count: 7 }, 0);
    world.see(65);
    expect(world.told.map((line) => line.split(' ')[1])).toEqual(['closed']);
  });

  it('is followed by a new opening when it comes back', () => {
    const world = play({ hold: seconds(60) });
    world.see(5, sighting(memory));
    world.see(70);
    world.see(5, sighting(memory));
    expect(world.told.map((line) => line.split(' ')[1])).toEqual(['opened', 'closed', 'opened']);
  });
});

describe('flapping', () => {
  it('keeps one failure open instead of telling each turn', () => {
    const world = play({ hold: seconds(60) });
    for (let turn = 0; turn < 30; turn += 1) {
      world.see(5, sighting(memory));
      world.see(115);
    }
    const turns = world.told.filter((line) => line.includes('opened')).length;
    expect(turns).toBeLessThan(10);
    expect(world.told.at(-1)).toMatch(/opened/);
    expect(world.tracker.flapping()).toBe(1);
    world.see(60 * 25);
    expect(world.told.at(-1)).toMatch(/closed/);
    expect(world.tracker.flapping()).toBe(0);
  });
});

describe('echoes', () => {
  it('are not told where another detector says more about the same container', () => {
    const world = play();
    world.see(30, sighting(crash), sighting(memory));
    expect(world.told).toEqual(['0s opened oom-killed/app/']);
  });

  it('are not told between two sightings of what explains them', () => {
    const world = play({ state: () => 'unhealthy' });
    world.see(5, sighting(memory));
    world.see(60, sighting(crash));
    expect(world.told).toEqual(['0s opened oom-killed/app/']);
  });

  it('are told for another container', () => {
    const world = play();
    world.see(5, sighting(crash, { container: 'sidecar' }), sighting(memory));
    expect(world.told).toEqual(['0s opened crash-loop/sidecar/', '0s opened oom-killed/app/']);
  });

  it('include the same class without its sub-cause', () => {
    const world = play({ state: () => 'unhealthy' });
    world.see(40, sighting(image, { subCause: 'NotFound' }));
    world.see(60, sighting(image));
    expect(world.told).toEqual(['30s opened image-pull/app/NotFound']);
  });
});

describe('echoes of owners', () => {
  const rollout: Detector = { ...detector('rollout-stuck', { time: seconds(15) }, ['creation-refused']), explainedByPods: true };
  const creation = detector('creation-refused', { time: seconds(60) });
  const aboutOwner = (by: Detector, failure: Finding['class'], { kind = 'Deployment', cause }: { readonly kind?: string; readonly cause?: Finding['cause'] } = {}): Sighting => ({
    fingerprint: by.kind, detector: by, restarts: 0, count: 1,
    finding: { class: failure, target: { apiVersion: 'apps/v1', kind, namespace: 'shop', name: 'checkout' }, ...(cause ? { cause } : {}), observation: { reason: 'x', message: 'x' } },
  });
  const inPod = (one: Sighting): Sighting => ({ ...one, finding: { ...one.finding, observation: { ...one.finding.observation, pod: 'checkout-1' } } });

  it('are not told where a pod of the same owner, or a detector that is named, says more', () => {
    const world = play({ state: () => 'unhealthy' });
    world.see(60, aboutOwner(rollout, 'ProgressDeadlineExceeded'), inPod(sighting(memory)));
    expect(world.told).toEqual(['0s opened oom-killed/app/']);
    const refused = play({ state: () => 'unhealthy' });
    refused.see(90, aboutOwner(rollout, 'ProgressDeadlineExceeded'), aboutOwner(creation, 'QuotaExceeded'));
    expect(refused.told).toEqual(['60s opened creation-refused']);
  });

  it('are not told of what points at the owner that fails', () => {
    const scaler: Detector = { ...detector('autoscaler-inactive', { time: seconds(15) }), explainedByPods: true };
    const cause = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'checkout' };
    const world = play({ state: () => 'unhealthy' });
    world.see(60, aboutOwner(scaler, 'AutoscalerInactive', { kind: 'HorizontalPodAutoscaler', cause }), inPod(sighting(memory)));
    expect(world.told).toEqual(['0s opened oom-killed/app/']);
  });

  it('are told where nothing else says more', () => {
    const world = play();
    world.see(30, aboutOwner(rollout, 'ProgressDeadlineExceeded'));
    expect(world.told).toEqual(['15s opened rollout-stuck']);
  });

  it('wait three holds after a refusal, because the controller backs off as long', () => {
    const world = play({ hold: seconds(60) });
    world.see(61, aboutOwner(creation, 'QuotaExceeded'));
    world.see(170);
    expect(world.told).toEqual(['60s opened creation-refused']);
    world.see(20);
    expect(world.told.at(-1)).toMatch(/^24\ds closed/);
  });
});

describe('counts', () => {
  it('are told again at 2, 5, 10, 20 …, and never fall', () => {
    const world = play();
    for (let count = 1; count <= 25; count += 1) world.see(1, sighting(memory, { restarts: count, count }));
    world.see(5, sighting(memory, { restarts: 1, count: 1 }));
    expect(world.told).toEqual(['0s opened oom-killed/app/', '1s grown oom-killed/app/', '4s grown oom-killed/app/', '9s grown oom-killed/app/', '19s grown oom-killed/app/']);
    expect(world.tracker.open()[0]?.count).toBe(25);
  });
});
