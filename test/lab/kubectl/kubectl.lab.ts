import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NODE_NAME } from '../boot/certificates.ts';
import { kubectlCommands } from './commands.ts';
import { normaliseOutput } from './normalise.ts';
import { playKubectl, type KubectlOutput } from './play.ts';
import { startRecordingProxy } from './recording-proxy.ts';
import { renderRecordings, type RecordedCommand } from './recordings.ts';
import { startSandboxCluster, type SandboxCluster } from './sandbox-cluster.ts';
import { servedByAll } from './served.ts';

const lab = inject('lab');
const kubectl = lab.programs.kubernetes?.paths.kubectl ?? '';
const path = `${dirname(kubectl)}:/usr/local/bin:/usr/bin:/bin`;
const folder = mkdtempSync(join(tmpdir(), 'kubectl-'));
const recordingsFile = resolve(import.meta.dirname, '..', '..', '..', 'libs', 'sandbox', 'recordings', 'kubectl.json');

const world: { sandbox?: SandboxCluster; real: readonly KubectlOutput[]; embedded: readonly KubectlOutput[] } = { real: [], embedded: [] };

/** The sandbox is asked through a proxy that keeps every request for `npm test` to replay. */
const playOnSandbox = async (): Promise<readonly RecordedCommand[]> => {
  const sandbox = await startSandboxCluster(folder);
  world.sandbox = sandbox;
  const proxy = await startRecordingProxy({ kubeconfig: sandbox.kubeconfig, folder: join(folder, 'proxy') });
  const recorded: RecordedCommand[] = [];
  const keep = (run: string | undefined): void => {
    const exchanges = proxy.take();
    if (run !== undefined) recorded.push({ command: run, exchanges });
  };
  const begun: string[] = [];
  const onCommand = ({ run }: { readonly run: string }): void => {
    keep(begun.at(-1));
    begun.push(run);
  };
  world.embedded = await playKubectl({ kubectl, kubeconfig: proxy.kubeconfig, cache: join(folder, 'embedded'), path, onCommand }, kubectlCommands);
  keep(begun.at(-1));
  await proxy.close();
  return recorded;
};

beforeAll(async () => {
  const [real, recorded] = await Promise.all([
    playKubectl({ kubectl, kubeconfig: lab.kubernetes?.kubeconfig ?? '', cache: join(folder, 'real'), path }, kubectlCommands),
    playOnSandbox(),
  ]);
  world.real = real;
  if (!inject('record')) return;
  mkdirSync(dirname(recordingsFile), { recursive: true });
  writeFileSync(recordingsFile, renderRecordings(recorded));
}, 600_000);

afterAll(() => world.sandbox?.stop());

/** Both outputs of one command, brought to the form in which they must be equal. */
const pair = (index: number): { readonly real: string; readonly embedded: string } => {
  const served = servedByAll([world.real, world.embedded]);
  const form = (output: KubectlOutput | undefined, node: string): string => (output ? normaliseOutput(output, { names: { nodes: [node] }, served }) : 'not played');
  return { real: form(world.real[index], NODE_NAME), embedded: form(world.embedded[index], world.sandbox?.node ?? '') };
};

describe('the kubectl list', () => {
  it('holds at least forty different commands', () => {
    expect(new Set(kubectlCommands.map(({ run, input }) => `${run} ${input ?? ''}`)).size).toBeGreaterThan(40);
  });

  const commands = kubectlCommands.map(({ run, input, status = 0 }, index) => ({ index, command: `${run}${input ? ` (${input})` : ''}`, status }));

  it.each(commands)('ends on a real API server as it should: $index $command', ({ index, status }) => {
    expect(world.real[index]).toMatchObject({ status });
  });

  it.each(commands)('prints on the sandbox what it prints on a real API server: $index $command', ({ index }) => {
    const { real, embedded } = pair(index);
    expect(embedded).toBe(real);
  });

  it('leaves no controller of the sandbox in trouble', () => {
    expect(world.sandbox?.troubles).toEqual([]);
  });
});
