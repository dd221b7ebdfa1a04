import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kubectlIn } from './kubectl-in.ts';
import type { LabFacts } from './lab.ts';

/** A kubeconfig whose only credential is a token of this ServiceAccount, as its pod would have. */
export const serviceAccountKubeconfig = async (lab: LabFacts, options: { readonly namespace: string; readonly name: string; readonly folder: string }): Promise<string> => {
  if (!lab.kubernetes) throw new Error('this spec needs kubernetes: add it to its servers in test/lab/specs.ts');
  const token = (await kubectlIn(lab, ['create', 'token', options.name, '--namespace', options.namespace, '--duration', '2h'])).trim();
  const authority = readFileSync(join(lab.kubernetes.certificates, 'ca.crt')).toString('base64');
  const file = join(options.folder, `${options.name}.kubeconfig`);
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    clusters: [{ name: 'lab', cluster: { server: lab.kubernetes.server, 'certificate-authority-data': authority } }],
    users: [{ name: options.name, user: { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: options.name } }],
  });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
};
