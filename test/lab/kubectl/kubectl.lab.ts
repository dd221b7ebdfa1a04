import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { NODE_NAME } from '../boot/certificates.ts';
import { kubectlCommands } from './commands.ts';
import { playKubectl, type KubectlOutput } from './play.ts';

const lab = inject('lab');
const kubectl = lab.programs.kubernetes?.paths.kubectl ?? '';
const path = `${dirname(kubectl)}:/usr/local/bin:/usr/bin:/bin`;
void NODE_NAME;

const outputs: { real: readonly KubectlOutput[] } = { real: [] };

beforeAll(async () => {
  const cache = mkdtempSync(join(tmpdir(), 'kubectl-'));
  outputs.real = await playKubectl({ kubectl, kubeconfig: lab.kubernetes?.kubeconfig ?? '', cache, path }, kubectlCommands);
}, 300_000);

describe('the kubectl list', () => {
  it('holds at least forty different commands', () => {
    expect(new Set(kubectlCommands.map(({ run, input }) => `${run} ${input ?? ''}`)).size).toBeGreaterThan(40);
  });

  it.each(kubectlCommands.map((command, index) => ({ index, run: command.run, status: command.status ?? 0 })))('ends as expected on a real API server: $index $run', ({ index, status }) => {
    expect(outputs.real[index]).toMatchObject({ status });
  });
});
