import { PermanentError } from '@fleetmend/kernel';
import { structuralDiff } from '@fleetmend/manifest';
import { renderRef, sameRef, type FileEdit, type ObjectDiff } from '@fleetmend/model';
import type { SourceLayout, SourceOrigin, SourceRoot } from '@fleetmend/plugin-api';
import { withEdits, type Tree } from '@fleetmend/ports';
import { reachedBy, renderedAt, type FleetRoots } from './fleet-roots.ts';

/** What an edit does to one application that includes a touched file. */
export interface OtherDifference {
  readonly cluster: string;
  /** Undefined: it cannot be rendered here, or could not be before, so nobody can tell. */
  readonly diffs: readonly ObjectDiff[] | undefined;
}

/**
 * The differences in every application of the fleet that includes a touched file, apart from the target's own.
 * @throws PermanentError `WouldNotRender` naming an application that the edit would break.
 */
export async function otherDifferences({ edits, fleet }: { readonly edits: readonly FileEdit[]; readonly fleet: FleetRoots }, tree: Tree): Promise<readonly OtherDifference[]> {
  const edited = withEdits(tree, edits);
  // All at once: how many renderers may run at a time is the renderer's affair. The first in order that would break is named, whichever broke first.
  const found = await Promise.allSettled(
    reachedBy(fleet.roots, edits).map(async ({ cluster, application, layout, root }) => ({ cluster, diffs: layout && (await differences(layout, root, { tree, edited, name: `${renderRef(application.ref)} of ${cluster}` })) })),
  );
  return found.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** Without the objects of the engine that carry the target's values: that they change is how the target does. */
export function withoutCarriers(diffs: readonly ObjectDiff[], { carriers = [] }: Pick<SourceOrigin, 'carriers'>): readonly ObjectDiff[] {
  return diffs.filter(({ op, ref }) => op !== 'Update' || !carriers.some((carrier) => sameRef({ ...ref, namespace: ref.namespace ?? carrier.namespace }, carrier)));
}

async function differences(layout: SourceLayout, root: SourceRoot, { tree, edited, name }: { readonly tree: Tree; readonly edited: Tree; readonly name: string }): Promise<readonly ObjectDiff[] | undefined> {
  const before = await renderedAt(layout, root, tree);
  if ('failed' in before) return undefined;
  const after = await renderedAt(layout, root, edited);
  if ('failed' in after) throw new PermanentError('WouldNotRender', `with the edit ${name} could not be rendered any more: ${after.failed}`);
  return structuralDiff(before.objects, after.objects);
}
