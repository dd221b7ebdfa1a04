import { PermanentError } from '@fleetmend/kernel';
import { GROUP_VERSION } from '@fleetmend/model';
import { printableLine } from '../printable.ts';
import { findRequest, type ReadOptions } from './requests.ts';

/**
 * Says how to approve a request. The approval itself is made by kubectl under the person's own identity, so that the API
 * server vouches for who it was.
 */
export async function approve(name: string, options: ReadOptions & { readonly namespace?: string | undefined }, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { metadata, status } = await findRequest(name, options, env);
  if (!status.plan) throw new PermanentError('NothingToApprove', `${metadata.namespace}/${name} is in phase ${status.phase} and has no plan that could be approved`);
  const approval = {
    apiVersion: GROUP_VERSION,
    kind: 'RemediationApproval',
    metadata: { name: `${name}-yes`, namespace: metadata.namespace },
    spec: { request: { name, uid: metadata.uid }, planDigest: status.plan.digest, decision: 'Approve', approver: '$(kubectl auth whoami -o jsonpath={.status.userInfo.username})' },
  };
  const text = JSON.stringify(approval).replaceAll('"', '\\"');
  return [`# the plan: ${status.plan.changes.map(({ file, path, before, after }) => printableLine(`${file} ${path}: ${before ?? '(absent)'} -> ${after ?? '(removed)'}`)).join('; ')}`, `echo "${text}" | kubectl create -f -`].join('\n');
}
