import type { KubeObject } from '../objects.ts';
import type { Draft, Writer } from './cluster.ts';
import { rulesOf } from './kinds/kinds.ts';
import { validateMetadata } from './metadata-rules.ts';
import { invalid } from './refusals.ts';
import type { ResourceType } from './resource-types.ts';

/**
 * Refuses what the real server would.
 * @throws StatusError 422 naming every wrong field
 */
export function validateDraft(type: ResourceType, draft: Draft, old: KubeObject | undefined, writer: Writer, subresource?: string): void {
  const metadata = subresource ? [] : validateMetadata(type, draft, old);
  const content = type.custom ? type.custom.validate(draft, old, subresource) : subresource ? [] : (rulesOf(type).validate?.(draft, old, { trusted: writer.trusted }) ?? []);
  const errors = [...metadata, ...content];
  if (errors.length > 0) throw invalid(type, draft.metadata.name, errors);
}
