import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { minutes, seconds } from '@fleetmend/kernel';
import { loadKubeconfig } from '@fleetmend/k8s';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parityCases } from '../../parity/cases/cases.ts';
import type { Observation } from '../../parity/observe.ts';
import { namespaceOf, type ParityCase } from '../../parity/parity-case.ts';
import { playCase, type ParityWorld } from '../../parity/play.ts';
import { readRecordings, RECORDINGS_FILE, renderRecordings } from '../../parity/recordings.ts';
import { NODE, TAINT } from '../../parity/worlds.ts';
import { kubectlIn } from '../boot/kubectl-in.ts';

const lab = inject('lab');
const record = inject('record');
const connection = loadKubeconfig({ files: [lab.kubernetes?.kubeconfig ?? ''] });
const k = (...args: string[]): Promise<string> => kubectlIn(lab, args);

/** So many at once as one node starts without being late for its own probes. */
const AT_ONCE = 8;
const PATIENCE = minutes(4);

const world: ParityWorld = {
  connection,
  sleep: (span) => sleep(span),
  async wait(done) {
    for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
      if (await done()) return true;
      await sleep(seconds(0.5));
    }
    return false;
  },
};

const played = new Map<string, Observation | Error>();

async function play(one: ParityCase): Promise<void> {
  played.set(one.name, await playCase(one, world).catch((error: Error) => error));
  await k('delete', 'namespace', namespaceOf(one), '--wait=false');
}

/** All of them, a few at a time, in their order. */
async function playAll(cases: readonly ParityCase[]): Promise<void> {
  const waiting = [...cases];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await play(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (record) return;
  // A slow machine may add a step to the way, such as a scheduler that hears of a pod before its claim: what differs has to differ
  // again when it is played alone.
  for (const one of cases.filter(differs)) {
    await k('delete', 'namespace', namespaceOf(one), '--ignore-not-found', '--timeout=120s');
    await play(one);
  }
}

const differs = ({ name }: ParityCase): boolean => JSON.stringify(played.get(name)) !== JSON.stringify(readRecordings().cases[name]);

beforeAll(async () => {
  await playAll(parityCases.filter(({ node }) => node === undefined));
  const taint = `${TAINT.key}=${TAINT.value}:${TAINT.effect}`;
  await k('taint', 'node', NODE, taint);
  await playAll(parityCases.filter(({ node }) => node === 'tainted'));
  await k('taint', 'node', NODE, `${taint}-`);
  await k('cordon', NODE);
  await playAll(parityCases.filter(({ node }) => node === 'cordoned'));
  await k('uncordon', NODE);
  const { serverVersion } = JSON.parse(await k('version', '--output', 'json')) as { serverVersion: { gitVersion: string } };
  const seen = parityCases.flatMap(({ name }) => {
    const result = played.get(name);
    return result && !(result instanceof Error) ? [[name, result] as const] : [];
  });
  if (record) writeFileSync(RECORDINGS_FILE, renderRecordings(serverVersion.gitVersion, new Map(seen)));
}, 1_500_000);

afterAll(async () => {
  const clusterScoped = parityCases.flatMap(({ manifests, guard }) => [...manifests, ...(guard?.manifests ?? [])]).filter(({ kind }) => /^(Storage|Validating)/.test(kind));
  for (const { kind, metadata } of clusterScoped) await k('delete', kind, metadata.name, '--ignore-not-found');
  await connection.close();
});

describe('a failure on real servers', () => {
  it.each(parityCases.map((one) => ({ one, name: one.name })))('looks as it is recorded: $name', ({ one }) => {
    const result = played.get(one.name);
    if (result instanceof Error) throw result;
    expect(result).toEqual(readRecordings().cases[one.name]);
  });
});
