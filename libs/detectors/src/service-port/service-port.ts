import { seconds } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import type { Detector, World } from '@fleetmend/plugin-api';
import { isLeaving, ownerFinding } from '../owners.ts';
import { isReady, podsBehind, portsOf, refTo, servedPorts, SERVICE_READS, type ServicePort } from '../services.ts';

/** A Service with ready pods behind it that sends traffic to a port which none of them serves, or also to pods that do not serve it. */
export const servicePort: Detector = {
  kind: 'service-port',
  classes: ['ServicePortMismatch', 'SelectorTooBroad'],
  reads: SERVICE_READS,
  inspects: ['Service'],
  dwell: { time: seconds(60) },
  explainedBy: ['service-endpoints'],
  inspect: (object, world) => {
    if (object.kind !== 'Service' || isLeaving(object)) return [];
    const pods = podsBehind(object, world).filter(isReady);
    // While a rollout is on its way pods of two templates stand side by side, and each serves its own port.
    if (pods.length === 0 || pods.length !== podsBehind(object, world).length) return [];
    const served = (port: ServicePort) => pods.filter((pod) => serves(pod, port));
    const wrong = portsOf(object).find((port) => served(port).length === 0);
    if (wrong) {
      const named = typeof wrong.targetPort === 'string';
      const target = wrong.targetPort ?? wrong.port;
      return ownerFinding(object, world, {
        class: 'ServicePortMismatch', subCause: named ? 'NamedPort' : 'NumberedPort', reason: named ? 'NoSuchPort' : 'PortNotDeclared', cause: workloadOf(pods, world),
        message: `port ${wrong.name ?? wrong.port} goes to ${named ? `the port named ${target}` : `port ${target}`}, which no pod behind it has`,
      });
    }
    return tooBroad(object, pods, world);
  },
};

/** Pods of two workloads, of which one serves no port of the Service: its selector takes in a stranger. */
function tooBroad(service: KubeObject, pods: readonly KubeObject[], world: World): ReturnType<Detector['inspect']> {
  const owners = new Map<string, KubeObject[]>();
  for (const pod of pods) {
    const top = world.owners(pod).at(-1);
    if (!top) return [];
    const key = `${top.kind}/${top.metadata.name}`;
    owners.set(key, [...(owners.get(key) ?? []), pod]);
  }
  const serving = [...owners].filter(([, own]) => own.every((pod) => portsOf(service).every((port) => serves(pod, port))));
  const strange = [...owners].filter(([, own]) => own.every((pod) => portsOf(service).every((port) => !serves(pod, port))));
  const [stranger] = strange;
  if (owners.size !== 2 || serving.length !== 1 || !stranger) return [];
  return ownerFinding(service, world, { class: 'SelectorTooBroad', reason: 'SelectorTooBroad', message: `its selector also fits the pods of ${stranger[0]}, which serve none of its ports`, cause: workloadOf(stranger[1], world) });
}

/** What a pod declares is mere words: one that declares nothing may listen anywhere, and so may one whose probe or command line names the port. */
function serves(pod: KubeObject, { port, targetPort = port }: ServicePort): boolean {
  const { declared, names, probed, told } = servedPorts(pod);
  if (typeof targetPort === 'string') return names.has(targetPort);
  return declared.size === 0 || declared.has(targetPort) || probed.has(targetPort) || told.has(targetPort);
}

function workloadOf([pod]: readonly KubeObject[], world: World): ReturnType<typeof refTo> | undefined {
  const top = pod && world.owners(pod).at(-1);
  return top && refTo(top);
}
