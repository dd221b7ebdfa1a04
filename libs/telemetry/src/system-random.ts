import { randomBytes } from 'node:crypto';
import type { Random } from '@fleetmend/kernel';

/** Real randomness, for jitter. */
export const systemRandom: Random = { next: () => randomBytes(4).readUInt32BE() / 2 ** 32 };
