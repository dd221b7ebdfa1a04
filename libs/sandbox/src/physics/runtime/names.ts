import { canonicalJson, pick } from '@fleetmend/kernel';
import type { Random } from '@fleetmend/kernel';

/** Kubernetes' alphabet for generated names: no vowels and no 0, 1, 3, so that no words come out. Source: apimachinery `util/rand`. */
const ALPHABET = [...'bcdfghjklmnpqrstvwxz2456789'];

/** Five characters for the end of a generated name. */
export function randomSuffix(random: Random): string {
  return Array.from({ length: 5 }, () => pick(random, ALPHABET)).join('');
}

/**
 * A short, name-safe hash of any JSON value, in the form of a real `pod-template-hash`: FNV-1a over the canonical JSON,
 * written in decimal and mapped to Kubernetes' alphabet. The same value always gives the same hash; it is not the number that real Kubernetes computes.
 */
export function templateHash(value: unknown): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(canonicalJson(value))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return [...String(hash)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

/** 64 hex digits from what names them, for container and image ids. */
export function hexId(random: Random, length = 64): string {
  return Array.from({ length }, () => Math.floor(random.next() * 16).toString(16)).join('');
}
