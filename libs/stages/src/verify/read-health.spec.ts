import type { View } from '@fleetmend/lifecycle';
import type { ClusterProgress, FailureClass, Verification } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { isNews } from './read-health.ts';

const viewOf = (failureClass: FailureClass) => ({ request: { spec: { failure: { class: failureClass } } }, policy: { hold: 10_000 }, settings: { contactGap: 60_000 } }) as View;
const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const healthy = (readAt: number, since = 0): Verification => ({ state: 'Healthy', since: time(since), readAt: time(readAt), restarts: 0, message: '' });
const still = (readAt: number): Verification => ({ state: 'StillFailing', readAt: time(readAt), message: '' });
const clusters = (...verifications: readonly Verification[]): readonly ClusterProgress[] => verifications.map((verification, index) => ({ name: `prod-${index}`, verification }));

describe('a reading is written', () => {
  it.each<readonly [what: string, before: readonly Verification[], after: readonly Verification[], news: boolean]>([
    ['when another state is found', [still(1)], [healthy(2, 2)], true],
    ['not while the hold runs', [healthy(1)], [healthy(4)], false],
    ['when it completes the hold', [healthy(4)], [healthy(10)], true],
    ['once only, though another cluster is still waited for', [healthy(10), still(9)], [healthy(11), still(11)], false],
    ['when the written one gets old', [healthy(10), still(9)], [healthy(45), still(45)], true],
    ['when the hold began anew', [healthy(10)], [healthy(12, 12)], true],
  ])('%s', (_, before, after, news) => {
    expect(isNews(viewOf('OOMKilled'), clusters(...before), clusters(...after))).toBe(news);
  });

  it('later where controllers back off for longer: after a refusal the hold is three times as long', () => {
    const completes = (readAt: number) => isNews(viewOf('QuotaExceeded'), clusters(healthy(9)), clusters(healthy(readAt)));
    expect([completes(10), completes(30)]).toEqual([false, true]);
  });
});
