import type { FieldAction } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { asList, asRecord, podSpecPath, valueAt } from '../workload.ts';
import { selects } from './node-fit.ts';

/** Takes ports of the node away that a Service makes needless: who comes through the Service still gets there. */
export function portRemovals(kase: Case): readonly FieldAction[] {
  const { target } = kase;
  const pod = podSpecPath(target);
  const labels = asRecord(valueAt(target, [...pod.slice(0, -1), 'metadata', 'labels'])) as Readonly<Record<string, string>>;
  const services = kase.related.filter((object) => object.kind === 'Service' && Object.keys(asRecord(valueAt(object, ['spec', 'selector']))).length > 0 && selects({ matchLabels: valueAt(object, ['spec', 'selector']) }, labels));
  const targets = new Set(services.flatMap((service) => asList(valueAt(service, ['spec', 'ports'])).map(({ port, targetPort }) => String(targetPort ?? port))));
  return asList(valueAt(target, [...pod, 'containers'])).flatMap((container) => asList(container['ports']).flatMap(({ name, containerPort, hostPort }, index): readonly FieldAction[] => {
    const isServed = targets.has(String(containerPort)) || (name !== undefined && targets.has(String(name)));
    if (hostPort === undefined || !isServed) return [];
    const place = [...pod, 'containers', `[name=${String(container['name'])}]`, 'ports', name === undefined ? String(index) : `[name=${String(name)}]`, 'hostPort'];
    return [{ action: 'setPort', fields: [{ path: place, value: null }] }];
  }));
}
