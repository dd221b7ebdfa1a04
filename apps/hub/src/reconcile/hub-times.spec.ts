import { HubConfig } from '@fleetmend/config';
import { minutes, seconds } from '@fleetmend/kernel';
import { productionSettings } from '@fleetmend/lifecycle';
import { expect, it } from 'vitest';
import { hubTimes } from './hub-times.ts';

const times = (config: Record<string, unknown>) => hubTimes(HubConfig.parse(config));

it("are production's where the config says nothing", () => {
  expect(times({}).lifecycle).toEqual(productionSettings);
});

it('change one by one, and the others stay', () => {
  const { lifecycle } = times({ lifecycle: { hold: '7m', deadlines: { Merged: '2h' }, budgets: { openPerHub: 3 } } });
  expect(lifecycle).toMatchObject({ hold: minutes(7), deadlines: { Merged: minutes(120), Verifying: minutes(60) }, budgets: { openPerHub: 3, openPerCluster: 10 } });
});

it('are short in the sandbox', () => {
  const { lifecycle, groupingWindow } = times({ profile: 'sandbox' });
  expect([lifecycle.hold, groupingWindow]).toEqual([seconds(10), seconds(1)]);
});
