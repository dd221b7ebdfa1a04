import { PermanentError } from '@fleetmend/kernel';
import { renderRef } from '@fleetmend/model';
import type { LocateInput, SourceOrigin } from '@fleetmend/plugin-api';
import { kustomizeRoot, openBuild, type KustomizeBuilds } from './build.ts';
import { findDocument, findTarget, refuseOrigin } from './find-target.ts';

/** Renders the application's folder and asks kustomize where the target comes from. */
export async function locateKustomize(builds: KustomizeBuilds, { target, application, binding, tree }: LocateInput): Promise<SourceOrigin | undefined> {
  const rooted = application && (await kustomizeRoot({ application, tree }));
  const build = rooted && (await openBuild(tree, rooted.root, application));
  if (!rooted || !build) return undefined;
  const at = `${binding.repository}@${tree.revision.slice(0, 8)}`;
  const where = `kustomize build ${rooted.root || '/'} of ${at}`;
  const found = findTarget(await builds.renderWithOrigins(build, application), target, { application, where });
  if (!found) throw new PermanentError('SourceNotFound', `${where} does not render ${renderRef(target)}: it may have been removed from Git`);
  const cause = refuseOrigin(found, build);
  if (cause !== undefined || !found.from) throw new PermanentError('NotEditable', cause ?? where);
  const text = (await tree.read(found.from.file)) ?? '';
  const document = 'generator' in found.from ? 0 : findDocument(text, found)?.document;
  if (document === undefined) throw new PermanentError('SourceNotFound', `${found.from.file} does not hold the ${target.kind} that ${renderRef(target)} is rendered from`);
  const carriers = build.added?.carriers ?? [];
  return {
    ...rooted,
    ...(carriers.length === 0 ? {} : { carriers }),
    path: found.from.file,
    document,
    evidence: [
      ...application.evidence,
      `${renderRef(application.ref)} builds ${rooted.root || '/'} of ${binding.repository}`,
      `kustomize renders ${renderRef(target)} from ${found.from.file} (${'generator' in found.from ? found.from.generator : `document ${document}`})`,
    ],
  };
}
