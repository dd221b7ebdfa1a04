/** @module Source layouts: how manifests live in Git. One line per plugin. */
import { argocdApplicationset } from './argocd-applicationset/argocd-applicationset.ts';
import { argocdMultisource } from './argocd-multisource/argocd-multisource.ts';
import { fluxHelmrelease } from './flux-helmrelease/flux-helmrelease.ts';
import { helm } from './helm/helm.ts';
import { kustomize } from './kustomize/kustomize.ts';
import { raw } from './raw/raw.ts';

export const sourceLayouts = [raw, kustomize, helm, argocdMultisource, argocdApplicationset, fluxHelmrelease] as const;
export { argocdApplicationset, argocdMultisource, fluxHelmrelease, helm, kustomize, raw };
export type { LayoutDefinition, LayoutDeps } from './layout-definition.ts';
