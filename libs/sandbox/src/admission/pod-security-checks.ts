import { at, isObject, type Json, listAt, textAt } from '../api/json.ts';

/**
 * One control of the Pod Security Standards. `detail` says what breaks it, or nothing.
 * (Source: the checks and texts of k8s.io/pod-security-admission; AppArmor, SELinux, sysctls, procMount and Windows are not looked at.)
 */
export interface Check {
  readonly reason: string;
  readonly detail: (spec: Json) => string | undefined;
  /** The restricted level has a stricter form of it. */
  readonly replacedByRestricted?: boolean;
}

const containersOf = (spec: Json): readonly Json[] => [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers'), ...listAt(spec, 'ephemeralContainers')];
const quoted = (items: Iterable<string>): string => [...items].map((item) => `"${item}"`).join(', ');
const sorted = (items: Iterable<string>): readonly string[] => [...new Set(items)].sort();
const namesOf = (containers: readonly Json[]): readonly string[] => containers.map((container) => textAt(container, 'name'));
const named = (names: readonly string[]): string => `${names.length === 1 ? 'container' : 'containers'} ${quoted(names)}`;

function badContainers(spec: Json, isBad: (container: Json) => boolean): readonly string[] {
  return namesOf(containersOf(spec).filter(isBad));
}

const DEFAULT_CAPABILITIES = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']);
const addedTo = (container: Json): readonly string[] => (at(container, 'securityContext', 'capabilities', 'add') ?? []) as readonly string[];

function addsCapabilities(spec: Json, allowed: (name: string) => boolean): string | undefined {
  const bad = containersOf(spec).filter((container) => addedTo(container).some((name) => !allowed(name)));
  if (bad.length === 0) return undefined;
  return `${named(namesOf(bad))} must not include ${quoted(sorted(bad.flatMap((container) => addedTo(container).filter((name) => !allowed(name)))))} in securityContext.capabilities.add`;
}

const isValidSeccomp = (type: string) => type === 'RuntimeDefault' || type === 'Localhost';

function badSeccomp(spec: Json): string | undefined {
  const podType = textAt(spec, 'securityContext', 'seccompProfile', 'type');
  const typeOf = (container: Json) => textAt(container, 'securityContext', 'seccompProfile', 'type');
  const bad = containersOf(spec).filter((container) => typeOf(container) !== '' && !isValidSeccomp(typeOf(container)));
  const setters = [...(podType !== '' && !isValidSeccomp(podType) ? ['pod'] : []), ...(bad.length > 0 ? [named(namesOf(bad))] : [])];
  if (setters.length === 0) return undefined;
  return `${setters.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(sorted([podType, ...bad.map(typeOf)].filter((type) => type !== '' && !isValidSeccomp(type))))}`;
}

function mustNotSet(spec: Json, field: string, value: unknown, text: string): string | undefined {
  const bad = badContainers(spec, (container) => at(container, 'securityContext', field) === value);
  const setters = [...(at(spec, 'securityContext', field) === value ? ['pod'] : []), ...(bad.length > 0 ? [named(bad)] : [])];
  return setters.length === 0 ? undefined : `${setters.join(' and ')} must not set ${text}`;
}

export const BASELINE_CHECKS: readonly Check[] = [
  { reason: 'non-default capabilities', replacedByRestricted: true, detail: (spec) => addsCapabilities(spec, (name) => DEFAULT_CAPABILITIES.has(name)) },
  {
    reason: 'host namespaces',
    detail(spec) {
      const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true).map((field) => `${field}=true`);
      return used.length === 0 ? undefined : used.join(', ');
    },
  },
  {
    reason: 'hostPath volumes',
    replacedByRestricted: true,
    detail(spec) {
      const names = namesOf(listAt(spec, 'volumes').filter((volume) => isObject(volume['hostPath'])));
      return names.length === 0 ? undefined : `${names.length === 1 ? 'volume' : 'volumes'} ${quoted(names)}`;
    },
  },
  {
    reason: 'hostPort',
    detail(spec) {
      const portsOf = (container: Json) => listAt(container, 'ports').map((port) => Number(port['hostPort'] ?? 0)).filter((port) => port !== 0);
      const bad = containersOf(spec).filter((container) => portsOf(container).length > 0);
      if (bad.length === 0) return undefined;
      const ports = sorted(bad.flatMap(portsOf).map(String));
      return `${named(namesOf(bad))} ${bad.length === 1 ? 'uses' : 'use'} ${ports.length === 1 ? 'hostPort' : 'hostPorts'} ${ports.join(', ')}`;
    },
  },
  {
    reason: 'privileged',
    detail(spec) {
      const bad = badContainers(spec, (container) => at(container, 'securityContext', 'privileged') === true);
      return bad.length === 0 ? undefined : `${named(bad)} must not set securityContext.privileged=true`;
    },
  },
  { reason: 'seccompProfile', replacedByRestricted: true, detail: badSeccomp },
];

const PLAIN_VOLUMES = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret']);
const volumeType = (volume: Json): string => Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir';

export const RESTRICTED_CHECKS: readonly Check[] = [
  {
    reason: 'allowPrivilegeEscalation != false',
    detail(spec) {
      const bad = badContainers(spec, (container) => at(container, 'securityContext', 'allowPrivilegeEscalation') !== false);
      return bad.length === 0 ? undefined : `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`;
    },
  },
  {
    reason: 'unrestricted capabilities',
    detail(spec) {
      const bad = badContainers(spec, (container) => !((at(container, 'securityContext', 'capabilities', 'drop') ?? []) as readonly string[]).includes('ALL'));
      const adds = addsCapabilities(spec, (name) => name === 'NET_BIND_SERVICE');
      const texts = [...(bad.length > 0 ? [`${named(bad)} must set securityContext.capabilities.drop=["ALL"]`] : []), ...(adds ? [adds] : [])];
      return texts.length === 0 ? undefined : texts.join('; ');
    },
  },
  {
    reason: 'restricted volume types',
    detail(spec) {
      const bad = listAt(spec, 'volumes').filter((volume) => !PLAIN_VOLUMES.has(volumeType(volume)));
      if (bad.length === 0) return undefined;
      const types = sorted(bad.map(volumeType));
      return `${bad.length === 1 ? 'volume' : 'volumes'} ${quoted(namesOf(bad))} ${bad.length === 1 ? 'uses' : 'use'} restricted volume ${types.length === 1 ? 'type' : 'types'} ${quoted(types)}`;
    },
  },
  {
    reason: 'runAsNonRoot != true',
    detail(spec) {
      const explicit = mustNotSet(spec, 'runAsNonRoot', false, 'securityContext.runAsNonRoot=false');
      if (explicit) return explicit;
      if (at(spec, 'securityContext', 'runAsNonRoot') === true) return undefined;
      const bad = badContainers(spec, (container) => at(container, 'securityContext', 'runAsNonRoot') === undefined);
      return bad.length === 0 ? undefined : `pod or ${named(bad)} must set securityContext.runAsNonRoot=true`;
    },
  },
  { reason: 'runAsUser=0', detail: (spec) => mustNotSet(spec, 'runAsUser', 0, 'runAsUser=0') },
  {
    reason: 'seccompProfile',
    detail(spec) {
      const explicit = badSeccomp(spec);
      if (explicit) return explicit;
      if (textAt(spec, 'securityContext', 'seccompProfile', 'type') !== '') return undefined;
      const bad = badContainers(spec, (container) => textAt(container, 'securityContext', 'seccompProfile', 'type') === '');
      return bad.length === 0 ? undefined : `pod or ${named(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
    },
  },
];
