/** Milliseconds since the Unix epoch. Pure code gets the time as such a value, never from a global. */
export type Instant = number;

/** The only door to time. The real one lives at the edge; tests and the simulation hand in a virtual one. */
export interface Clock {
  now(): Instant;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** RFC 3339 in UTC, to the second, as Kubernetes writes `metav1.Time`: `2026-01-02T03:04:05Z`. */
export function renderTime(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 with microseconds, as Kubernetes writes `metav1.MicroTime` (Leases). */
export function renderMicroTime(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 23)}000Z`;
}

/** The instant of an RFC 3339 time; `undefined` for what is not one, so that callers decide what a bad time means. */
export function parseTime(text: string | undefined | null): Instant | undefined {
  if (!text) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
