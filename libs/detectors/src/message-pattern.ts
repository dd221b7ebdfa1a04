import type { KubeObject, ObjectRef } from '@fleetmend/model';

/** How one kind of trouble shows in the words of the kubelet or a runtime, and what the words point at. */
export interface MessagePattern {
  readonly subCause: string;
  readonly pattern: RegExp;
  /** Words that stay the same while the message's ids and times change; the message itself where nothing in it changes. */
  readonly words?: string;
  /** The kind of the object that the pattern's group `name` names. */
  readonly names?: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim' | 'RuntimeClass';
}

export interface MatchedMessage {
  readonly subCause: string;
  readonly message: string;
  readonly cause?: ObjectRef;
}

const GROUPS = { ConfigMap: 'v1', Secret: 'v1', PersistentVolumeClaim: 'v1', RuntimeClass: 'node.k8s.io/v1' } as const;

/** The first pattern that fits, the surest first. */
export function matchMessage(message: string, patterns: readonly MessagePattern[], pod: KubeObject): MatchedMessage | undefined {
  for (const { subCause, pattern, words, names } of patterns) {
    const match = pattern.exec(message);
    if (!match) continue;
    const name = match.groups?.['name'];
    const cause = names !== undefined && name !== undefined ? { cause: namedObject(names, name, pod) } : {};
    return { subCause, message: words ?? match[0], ...cause };
  }
  return undefined;
}

export function namedObject(kind: keyof typeof GROUPS, name: string, pod: KubeObject): ObjectRef {
  const { namespace } = pod.metadata;
  return { apiVersion: GROUPS[kind], kind, ...(namespace === undefined || kind === 'RuntimeClass' ? {} : { namespace }), name };
}
