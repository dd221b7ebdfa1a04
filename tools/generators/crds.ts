import { customKinds, customResourceDefinitions } from '@fleetmend/model';
import { stringify } from 'yaml';
import { MARK, type Generated } from './generated.ts';

/** One file per kind, for `kubectl apply -f crds/` and for the charts. */
export function crdFiles(): Generated {
  const definitions = customResourceDefinitions();
  return new Map(customKinds.map((kind, index) => [`crds/fleetmend.dev_${kind.plural}.yaml`, `# ${MARK}\n${stringify(definitions[index], { lineWidth: 0 })}`]));
}
