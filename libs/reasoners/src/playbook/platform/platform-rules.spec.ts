import type { KubeObject } from '@fleetmend/model';
import { expect, it } from 'vitest';
import { aCase } from '../case.fixture.ts';
import { platformRules } from './platform-rules.ts';

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const missing = 'Deployment/shpo/cart not found: namespaces "shpo" not found';

it.each<readonly [what: string, related: readonly KubeObject[], words: string]>([
  ['the one that is nearly called so', [namespace('shop'), namespace('kube-system')], 'Namespace shop has nearly that name'],
  ['none where none is near', [namespace('kube-system')], 'No namespace here has nearly that name'],
])('of a namespace that does not exist a person hears, and of %s', (_, related, words) => {
  const answer = platformRules.FluxNotReady?.(aCase({ class: 'FluxNotReady', subCause: 'ReconciliationFailed', message: missing, related }));
  expect(answer?.candidates).toMatchObject([{ action: 'abstain', reason: 'NamespaceNotFound', lookAt: expect.stringContaining(words) }]);
});

it('of what was changed by hand a person hears, who knows which of both is right', () => {
  expect(platformRules.Drift?.(aCase({ class: 'Drift', message: 'changed with kubectl-edit' })).candidates).toMatchObject([{ action: 'abstain', reason: 'Drift' }]);
});
