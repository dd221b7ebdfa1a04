import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubConfig } from '@fleetmend/config';
import { VirtualClock } from '@fleetmend/testing';
import { expect, it } from 'vitest';
import { hubCharts } from './hub-charts.ts';

const WEB = { repository: 'https://charts.example.org/stable', name: 'web', version: '1.0.0' };
const configured = (...repositories: readonly object[]) => HubConfig.safeParse({ charts: { repositories } });

it('charts are asked for with the secret that the config refers to, and nowhere without a word of it', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-hub-charts-'));
  const asked: string[] = [];
  const answer = (async (url: string, init: RequestInit) => {
    asked.push(`${url} ${new Headers(init.headers).get('authorization') ?? ''}`.trim());
    return new Response(null, { status: 404 });
  }) as typeof fetch;
  try {
    const open = (config: unknown) => hubCharts({ ...HubConfig.parse(config), stateDir }, { clock: new VirtualClock(), env: { CHARTS: 'Basic abc' }, fetch: answer });
    await expect(open({}).fetch(WEB)).rejects.toMatchObject({ reason: 'ChartUnavailable', message: expect.stringContaining('hub.charts.repositories does not name') });
    expect(asked).toEqual([]);
    await expect(open({ charts: { repositories: [{ url: WEB.repository, authorization: { env: 'CHARTS' } }] } }).fetch(WEB)).rejects.toMatchObject({ reason: 'ChartUnavailable' });
    expect(asked).toEqual(['https://charts.example.org/stable/index.yaml Basic abc']);
    expect(() => open({ charts: { repositories: [{ url: WEB.repository, authorization: { env: 'GONE' } }] } })).toThrow(expect.objectContaining({ reason: 'SecretMissing' }));
    expect(readdirSync(stateDir)).toEqual([]);
  } finally {
    rmSync(stateDir, { recursive: true });
  }
});

it.each([
  ['a password in the address', { url: 'https://ada:pw@charts.example.org' }],
  ['a query in it', { url: 'https://charts.example.org/?token=x' }],
  ['another scheme', { url: 'file:///charts' }],
  ['a path as a host', { url: 'https://charts.example.org', hosts: ['files.example.org/x'] }],
  ['a secret in plain text', { url: 'https://charts.example.org', authorization: 'Basic abc' }],
])('a chart repository with %s is refused at the start', (_, repository) => {
  expect(configured(repository).success).toBe(false);
  expect(configured({ url: 'oci://registry.example.org:5000/team/charts', hosts: ['auth.example.org'] }).success).toBe(true);
});
