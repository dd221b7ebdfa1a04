import { seconds } from '@fleetmend/kernel';
import type { KubeObject, ObjectRef } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { isLeaving, ownerFinding } from '../owners.ts';
import { portsOf } from '../services.ts';

interface Backend {
  readonly service?: { readonly name?: string; readonly port?: { readonly number?: number; readonly name?: string } };
}
interface View {
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: Backend;
    readonly rules?: readonly { readonly host?: string; readonly http?: { readonly paths?: readonly { readonly path?: string; readonly backend?: Backend }[] } }[];
  };
}
interface Trouble {
  readonly subCause: 'ServiceNotFound' | 'PortNotFound' | 'ClassNotFound';
  readonly message: string;
  readonly cause?: ObjectRef;
}

/** An Ingress that leads to a Service, a port or a class which does not exist. */
export const ingressBackend: Detector = {
  kind: 'ingress-backend',
  classes: ['IngressBackendNotFound'],
  reads: [
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', resource: 'ingresses', fields: ['spec.ingressClassName', 'spec.defaultBackend', 'spec.rules'] },
    { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', resource: 'ingressclasses', fields: [] },
    { apiVersion: 'v1', kind: 'Service', resource: 'services', fields: ['spec.type', 'spec.ports'] },
  ],
  inspects: ['Ingress'],
  dwell: { time: seconds(60) },
  explainedBy: [],
  inspect: (object, world) => {
    if (object.kind !== 'Ingress' || isLeaving(object)) return [];
    const trouble = classTrouble(object, world) ?? backendsOf(object).map((backend) => backendTrouble(backend, object, world)).find((found) => found !== undefined);
    return trouble ? ownerFinding(object, world, { class: 'IngressBackendNotFound', reason: trouble.subCause, ...trouble }) : [];
  },
};

/** A cluster without any class may have a controller that asks for none. */
function classTrouble(object: KubeObject, world: World): Trouble | undefined {
  const name = (object as View & KubeObject).spec?.ingressClassName;
  const classes = world.list('networking.k8s.io/v1', 'IngressClass');
  if (name === undefined || classes.length === 0 || classes.some(({ metadata }) => metadata.name === name)) return undefined;
  return { subCause: 'ClassNotFound', message: `its class ${name} does not exist`, cause: { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', name } };
}

function backendsOf(object: KubeObject): readonly Backend[] {
  const { defaultBackend, rules = [] } = (object as View & KubeObject).spec ?? {};
  return [...(defaultBackend ? [defaultBackend] : []), ...rules.flatMap(({ http }) => http?.paths ?? []).flatMap(({ backend }) => backend ?? [])];
}

function backendTrouble({ service }: Backend, object: KubeObject, world: World): Trouble | undefined {
  const { namespace } = object.metadata;
  if (service?.name === undefined) return undefined;
  const cause: ObjectRef = { apiVersion: 'v1', kind: 'Service', ...(namespace === undefined ? {} : { namespace }), name: service.name };
  const found = world.get('v1', 'Service', namespace, service.name);
  if (!found) return { subCause: 'ServiceNotFound', message: `its backend Service ${service.name} does not exist`, cause };
  const { number, name } = service.port ?? {};
  if ((found['spec'] as { readonly type?: string } | undefined)?.type === 'ExternalName') return undefined;
  const there = portsOf(found).some((port) => (name === undefined ? port.port === number : port.name === name));
  return there ? undefined : { subCause: 'PortNotFound', message: `its backend Service ${service.name} has no port ${name ?? number ?? '(none named)'}`, cause };
}
