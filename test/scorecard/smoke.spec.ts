import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findScenarios } from './find-scenarios.ts';
import { fleetParts } from './fleet-parts.ts';
import { playVirtual } from './play-virtual.ts';
import type { FleetParts } from './virtual-fleet.ts';

/** Each kind of autoscaler, at its work. */
const AUTOSCALERS = ['autoscaler-sets-the-number', 'vertical-autoscaler-owns-the-memory', 'keda-scaled-to-zero', 'karpenter-at-work', 'autoscaler-at-work'];
const SMOKE = [...AUTOSCALERS, 'one-commit-three-clusters', 'registry-away', 'node-lost-under-four-workloads', 'quota-real-growth', 'pod-security-context-dropped', 'crash-loop-env-changed', 'harmless-change', 'image-tag-typo', 'oom-first-step-not-enough', 'oom-limit-lowered', 'oom-quota-exhausted'];
/** Charts out of chart repositories, by each engine, and one that the hub may not fetch. */
const CHARTS = ['chart-of-a-helm-repository', 'chart-of-a-helm-repository-and-inline-values', 'release-of-a-helm-repository', 'chart-repository-not-allowed'];
const dirs = findScenarios([join(import.meta.dirname, '../scenarios')]);

let parts: FleetParts;
beforeAll(async () => {
  parts = await fleetParts({ env: process.env, warn: () => undefined });
});
afterAll(() => parts.policyEngine.close());

it.each(SMOKE)('%s ends as expected on the virtual clock', async (name) => {
  const row = await playVirtual(dirs.find((dir) => dir.endsWith(`/${name}`)) ?? name, parts);
  expect([row.outcome, row.why]).toEqual([row.expected, '']);
});

it.for(CHARTS)('%s ends as expected on the virtual clock', async (name, context) => {
  if (!parts.renderers.helm) return context.skip('there is no helm: run npm run lab -- build helm');
  const row = await playVirtual(dirs.find((dir) => dir.endsWith(`/${name}`)) ?? name, parts);
  expect([row.outcome, row.why]).toEqual([row.expected, '']);
});

/** What is mended is not in the pod's template, or in one that a second workload shares; or a pod bears the name of the one before it. */
it.each(['crash-configmap-value', 'configmap-key-dropped', 'mounted-key-renamed', 'dependency-moved-port', 'startup-probe-taken-out', 'service-account-of-cron-job'])('%s is repaired, and nobody gets a ticket for it', async (name) => {
  const row = await playVirtual(dirs.find((dir) => dir.endsWith(`/${name}`)) ?? name, parts);
  expect(row).toMatchObject({ outcome: 'Repaired', ticketsBeside: 0 });
});

it('plays the same scenario the same way each time', async () => {
  const dir = dirs.find((one) => one.endsWith('/oom-limit-lowered')) ?? '';
  const [first, second] = [await playVirtual(dir, parts), await playVirtual(dir, parts)];
  expect(second.details).toEqual(first.details);
});
