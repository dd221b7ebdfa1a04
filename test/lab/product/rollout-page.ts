import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKubeClient, createWriter, loadKubeconfig } from '@fleetmend/k8s';
import { sha256 } from '@fleetmend/kernel';
import type { PolicyRolloutSpec } from '@fleetmend/model';
import { readBundle } from '@fleetmend/policy-engines';
import { writeBundle } from '../../../libs/policy-engines/src/opa-wasm/bundle-fixture.ts';
import { ROOT } from './running-fleet.ts';

const ROLLOUTS = { apiVersion: 'fleetmend.dev/v1alpha1', kind: 'PolicyRollout', resource: 'policyrollouts', namespaced: true } as const;
const NAMESPACE = 'fleetmend-system';
const NO = { allow: false, tier: 'T3', violations: [{ id: 'X01', class: 'Unsafe', message: 'nothing is allowed' }], warnings: [], requires: { approvals: 0, priorApproval: false, reviewers: [], labels: [] } };

/** Puts PolicyRollouts into the hub cluster of a running sandbox, as a platform team would. */
export async function rollOut(kubeconfig: string, name: string, spec: Pick<PolicyRolloutSpec, 'bundle' | 'waves' | 'stages'>): Promise<void> {
  const connection = loadKubeconfig({ files: [kubeconfig] });
  try {
    const writer = createWriter(createKubeClient(connection), [{ group: 'fleetmend.dev', resources: ['policyrollouts'] }]);
    await writer.create(ROLLOUTS, { apiVersion: ROLLOUTS.apiVersion, kind: ROLLOUTS.kind, metadata: { name, namespace: NAMESPACE }, spec });
  } finally {
    await connection.close();
  }
}

/** The rules that ship, with one limit changed. */
export function aGoodBundle(folder: string): PolicyRolloutSpec['bundle'] {
  const path = join(folder, 'good-bundle');
  cpSync(join(ROOT, 'policies/bundle'), path, { recursive: true });
  const data = JSON.parse(readFileSync(join(path, 'data.json'), 'utf8')) as { remediation: { limits: { replicas: { max: number } } } };
  data.remediation.limits.replicas.max += 1;
  writeFileSync(join(path, 'data.json'), JSON.stringify(data));
  const manifest = JSON.parse(readFileSync(join(path, '.manifest'), 'utf8')) as { metadata: Record<string, string> };
  manifest.metadata['data'] = sha256(readFileSync(join(path, 'data.json')));
  writeFileSync(join(path, '.manifest'), JSON.stringify(manifest));
  return { digest: readBundle({ path }).info.digest, source: { file: path } };
}

/** One that denies whatever it is asked. */
export function aDenyingBundle(folder: string): PolicyRolloutSpec['bundle'] {
  mkdirSync(join(folder, 'bad-bundle'));
  const path = writeBundle(join(folder, 'bad-bundle'), { answer: { results: [{ result: NO }] } });
  return { digest: readBundle({ path }).info.digest, source: { file: path } };
}
