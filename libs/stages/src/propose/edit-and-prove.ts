import type { View } from '@fleetmend/lifecycle';
import type { Action, FileEdit } from '@fleetmend/model';
import { together, withEdits, type Tree } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { fleetRoots, reachedBy, rootsOutside } from './fleet-roots.ts';
import { otherDifferences, withoutCarriers } from './other-differences.ts';
import { placesOf, showsChange, type Place } from './places.ts';
import { prove, type Proven } from './prove.ts';
import { editableBy, type Source } from './source.ts';
import { earlierTrees } from './versions.ts';

interface Wanted {
  readonly source: Source;
  readonly tree: Tree;
  readonly action: Action;
}

/**
 * The edits that make an action's change in every cluster of the request, proved over every application that includes a touched file.
 * The first cluster's edit often reaches the others; where it does not, theirs is edited beside it. No edits, no proof.
 */
export async function editAndProve(deps: StageDeps, { request }: View, { source, tree, action }: Wanted): Promise<{ readonly edits: readonly FileEdit[]; readonly proven: Proven | undefined }> {
  const fleet = await fleetRoots(deps, source, tree);
  const staysInside = async (made: readonly FileEdit[]) => {
    const roots = await rootsOutside(source, { roots: reachedBy(fleet.roots, made), tree, clusters: request.spec.clusters });
    return (await otherDifferences({ edits: made, fleet: { ...fleet, roots } }, tree)).every(({ diffs }) => diffs !== undefined && withoutCarriers(diffs, source.origin).length === 0);
  };
  const [own, ...others] = await placesOf(deps, request, { source, tree, action });
  const editOf = ({ source: place, change }: Place, made: readonly FileEdit[]) => {
    const { layout, origin, binding } = place;
    return layout.edit({ origin, change, earlier: () => earlierTrees(place), tree: withEdits(tree, made), isEditable: editableBy(binding), staysInside: (more) => staysInside(together(made, more)) });
  };
  let edits = await editOf(own, []);
  if (edits.length === 0) return { edits, proven: undefined };
  for (const place of others) if (!(await showsChange(place, tree, edits))) edits = together(edits, await editOf(place, edits));
  return { edits, proven: await prove([own, ...others], tree, { edits, fleet }) };
}
