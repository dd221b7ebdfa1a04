import type { KubeObject } from '../objects.ts';
import { toModernEvent } from './event-versions.ts';
import type { ResourceType } from './resource-types.ts';

/** A stored object as one version of its type shows it. */
export function inVersion(object: KubeObject, type: ResourceType): KubeObject {
  if (type.group === 'events.k8s.io') return toModernEvent(object as unknown as Record<string, unknown>) as unknown as KubeObject;
  return object.apiVersion === type.apiVersion ? object : { ...object, apiVersion: type.apiVersion };
}
