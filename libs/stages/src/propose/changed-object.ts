import { PermanentError } from '@fleetmend/kernel';
import { objectNamed, objectOf, refOf, renderRef, sameRef, type Action, type KubeObject, type ObjectRef } from '@fleetmend/model';
import { renderPlace } from '@fleetmend/ports';
import type { StageDeps } from '../stage.ts';
import { findApplication, locate, objectIn, readTarget, type Source } from './source.ts';

/** The source of the object that an action changes: the target's own, or that of another object beside it. */
export async function sourceOfChange(deps: StageDeps, source: Source, action: Action): Promise<Source> {
  const ref = objectOf(action);
  if (ref === undefined || sameRef(ref, refOf(source.target))) return source;
  const tree = await source.repository.tree(source.head);
  const rendered = objectIn(await source.layout.render({ origin: source.origin, tree }), objectNamed(ref));
  const live = await readLive(deps, source.cluster, ref);
  const object = live ?? (rendered && { ...rendered, metadata: { ...rendered.metadata, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }) } });
  if (object === undefined) throw new PermanentError('SourceNotFound', `${renderRef(ref)} is neither in the cluster nor in what ${renderPlace(source.origin.root) || '/'} renders to`);
  // What the target's own application renders is applied with it; anything else has to say itself who applies it.
  const application = rendered ? source.application : live && (await findApplication(deps, source.cluster, live))?.application;
  const located = await locate(deps.layouts, { cluster: source.cluster, live: object, binding: source.binding.spec, tree, application });
  return { ...source, target: object, application, ...located, ...(live === undefined ? { unseen: true } : {}) };
}

/** Undefined also for kinds whose data the agent may not read. */
async function readLive(deps: Pick<StageDeps, 'clusters'>, cluster: string, ref: ObjectRef): Promise<KubeObject | undefined> {
  if (UNREAD.includes(ref.kind)) return undefined;
  return readTarget(deps, cluster, ref);
}

const UNREAD = ['ConfigMap', 'Secret'];
