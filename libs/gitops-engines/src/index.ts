/** @module GitOps engines: what applies Git to a cluster. One line per plugin. */
import { argocd } from './argocd/argocd.ts';
import { flux } from './flux/flux.ts';
import { local } from './local/local.ts';

export const gitOpsEngines = [flux, argocd, local] as const;
export { argocd, flux, local };
