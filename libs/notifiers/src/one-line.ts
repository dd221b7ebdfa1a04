import { renderRef } from '@fleetmend/model';
import type { Announcement } from '@fleetmend/plugin-api';

/** A move in one line of plain text, for people who know nothing of phases yet. */
export function oneLine({ request, to, reason, message }: Announcement): string {
  const { spec, metadata } = request;
  const where = spec.target ? renderRef(spec.target) : spec.scope;
  return `${to}: ${spec.failure.class} of ${where} in ${spec.clusters.join(', ')} (${reason})${message ? `: ${message}` : ''} [${metadata.namespace}/${metadata.name}]`;
}
