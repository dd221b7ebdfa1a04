import { digestOf } from '@fleetmend/kernel';
import type { EvidenceItem } from '@fleetmend/model';
import { redact, type RedactionSession } from '@fleetmend/redaction';

/** Evidence before it was redacted. */
export interface RawItem {
  readonly kind: EvidenceItem['kind'];
  readonly title: string;
  readonly text: string;
  /** Which end says more when there is too much: logs end with the error. */
  readonly keep?: 'head' | 'tail';
}

const MOST_ITEMS = 40;
const MOST_CHARACTERS = 16_384;
/** Bytes of one finding's evidence. */
const MOST_BYTES = 64 * 1024;

/**
 * Redacts, cuts and counts: what comes first is kept first, until the finding's 64 KiB are full.
 * Cutting comes after redacting, so that no half of a secret is left at an edge.
 */
export function finishItems(raw: readonly RawItem[], session: RedactionSession): readonly EvidenceItem[] {
  const items: EvidenceItem[] = [];
  let left = MOST_BYTES;
  for (const { kind, title, text, keep = 'head' } of raw) {
    if (items.length >= MOST_ITEMS || left < 64) break;
    const cut = cutToBytes(redact(text, session), { limit: Math.min(MOST_CHARACTERS, left), keep });
    if (cut.trim() === '') continue;
    const safeTitle = redact(title, session).slice(0, 256);
    items.push({ kind, title: safeTitle, text: cut, digest: digestOf([kind, safeTitle, cut]) });
    left -= Buffer.byteLength(cut);
  }
  return items;
}

function cutToBytes(text: string, { limit, keep }: { readonly limit: number; readonly keep: 'head' | 'tail' }): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  const part = keep === 'head' ? bytes.subarray(0, limit) : bytes.subarray(bytes.length - limit);
  // A character that was cut in two decodes to a replacement, which may be longer than what was cut.
  const whole = part.toString('utf8').replaceAll('\uFFFD', '');
  const edge = keep === 'head' ? whole.lastIndexOf('\n') : whole.indexOf('\n');
  if (edge < 0) return whole;
  return keep === 'head' ? whole.slice(0, edge) : whole.slice(edge + 1);
}
