/** @module GitOps engines: what applies Git to a cluster. One line per plugin. */
import { argocd } from './argocd/argocd.ts';
import { local } from './local/local.ts';

export const gitOpsEngines = [local, argocd] as const;
export { argocd, local };
