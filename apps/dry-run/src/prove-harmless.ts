import { PermanentError } from '@fleetmend/kernel';
import type { ApiQuestion, AskApi } from './ask-api.ts';

const NAME = 'fleetmend-dry-run-proof';

export interface ProofParts {
  readonly ask: AskApi;
  /** The process's own namespace. */
  readonly namespace: string;
  /** Name of the ValidatingAdmissionPolicy that has to say no. */
  readonly policy: string;
}

/**
 * Tries to write, for real, in the two ways in which the process asks: both have to be denied by our policy, by its name. What is tried
 * would do nothing if it were taken: a Deployment without replicas, and a Pod that no scheduler may place.
 * @throws PermanentError `NotHarmless`, `NotAllowed`; anything else is transient.
 */
export async function proveHarmless({ ask, namespace, policy }: ProofParts): Promise<void> {
  for (const [what, question] of attempts(namespace)) {
    const answer = await ask(question);
    if (answer.taken) {
      throw new PermanentError('NotHarmless', `this identity could write ${what} ${namespace}/${NAME} for real, so it will not be asked anything: install the ValidatingAdmissionPolicy ${policy} with its binding (the chart's dryRun.enabled does), and delete ${what} ${namespace}/${NAME}, which does nothing`);
    }
    if (isDeniedBy(answer.message, policy)) continue;
    if (/ is forbidden: User "[^"]*" cannot /.test(answer.message)) throw new PermanentError('NotAllowed', `this identity has not the rights that the chart gives it: ${answer.message}`);
    if (answer.code >= 500 || answer.code === 429) throw new Error(`the proof that nothing can be written could not be made: ${answer.message}`);
    throw new PermanentError('NotHarmless', `a real write was refused, and not by ValidatingAdmissionPolicy ${policy}, so nobody knows what another one would do: install the policy with its binding. What refused it: ${answer.message}`);
  }
}

/** `ValidatingAdmissionPolicy 'NAME' with binding '…' denied request: …`, as the API server's admission plugin writes it. */
function isDeniedBy(message: string, policy: string): boolean {
  return message.includes(`ValidatingAdmissionPolicy '${policy}' with binding '`) && message.includes('denied request');
}

function attempts(namespace: string): readonly (readonly [string, ApiQuestion])[] {
  const labels = { 'app.kubernetes.io/name': NAME };
  const containers = [{ name: 'none', image: 'fleetmend.invalid/none', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }, resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } } }];
  const spec = { containers, automountServiceAccountToken: false, securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } } };
  const metadata = { name: NAME, namespace };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, schedulingGates: [{ name: 'fleetmend.dev/proof' }] } };
  const how = { manager: 'fleetmend-dry-run', dryRun: false };
  return [
    ['Deployment', { method: 'PATCH', path: `/apis/apps/v1/namespaces/${namespace}/deployments/${NAME}`, body: deployment, ...how }],
    ['Pod', { method: 'POST', path: `/api/v1/namespaces/${namespace}/pods`, body: pod, ...how }],
  ];
}
