import type { Case } from '@fleetmend/plugin-api';

/** The API server's own words, from the events in the evidence: the newest line that speaks of a refusal. */
export function refusalText(kase: Case, pattern: RegExp): RegExpExecArray | undefined {
  for (const { kind, text } of kase.evidence) {
    if (kind !== 'event') continue;
    for (const line of text.split('\n')) {
      const found = pattern.exec(line);
      if (found) return found;
    }
  }
  return undefined;
}

/** What the finding says in `quota NAME …`, `ServiceAccount NAME …`. */
export function nameIn(message: string, pattern: RegExp): string {
  return pattern.exec(message)?.[1] ?? '';
}
