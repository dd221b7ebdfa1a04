/** @module Source layouts: how manifests live in Git. One line per plugin. */
import { kustomize } from './kustomize/kustomize.ts';
import { raw } from './raw/raw.ts';

export const sourceLayouts = [raw, kustomize] as const;
export { kustomize, raw };
export type { LayoutDefinition, LayoutDeps } from './layout-definition.ts';
