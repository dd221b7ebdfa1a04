import { APPROVAL_ADMISSION, approvalAdmission, customKinds, customResourceDefinitions } from '@fleetmend/model';
import { stringify } from 'yaml';
import { MARK, type Generated } from './generated.ts';

/** One file per kind, and the admission policy that makes approvals trustworthy, for `kubectl apply -f crds/`. */
export function crdFiles(): Generated {
  const definitions = customResourceDefinitions();
  const file = (...documents: readonly unknown[]) => `# ${MARK}\n${documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n')}`;
  return new Map([
    ...customKinds.map((kind, index) => [`crds/fleetmend.dev_${kind.plural}.yaml`, file(definitions[index])] as const),
    [`crds/${APPROVAL_ADMISSION}.yaml`, file(...approvalAdmission())] as const,
  ]);
}
