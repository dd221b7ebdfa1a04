/** @module Vector stores: memory of finished cases and of vetoes. One line per plugin. */
import { embedded } from './embedded/embedded.ts';

export const vectorStores = [embedded] as const;
export { embedded };
