/** @module Source layouts: how manifests live in Git. One line per plugin. */
import { raw } from './raw/raw.ts';

export const sourceLayouts = [raw] as const;
export { raw };
