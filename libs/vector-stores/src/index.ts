/** @module Vector stores: memory of finished cases and of vetoes. One line per plugin. */
import { embedded } from './embedded/embedded.ts';
import { qdrant } from './qdrant/qdrant.ts';

export const vectorStores = [embedded, qdrant] as const;
export { embedded, qdrant };
