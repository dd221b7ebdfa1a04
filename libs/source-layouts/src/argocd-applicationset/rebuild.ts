import { PermanentError } from '@fleetmend/kernel';
import { type KubeObject, renderRef } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import type { Tree } from '@fleetmend/ports';
import type { ArgoApplication } from '../argo-application.ts';
import { findCarrier } from '../carrier.ts';
import { fillTemplate } from './fill-template.ts';
import { parametersOf, type Generator, type GitGenerator, type ParameterFile } from './generators.ts';

interface SetSpec {
  readonly goTemplate?: boolean;
  readonly generators: readonly Generator[];
  readonly template: { readonly metadata: { readonly name: string }; readonly spec: Readonly<Record<string, unknown>> };
  readonly templatePatch?: string;
}

/** An Application that an ApplicationSet makes, as a state of the repository makes it. */
export interface Rebuilt {
  readonly app: ArgoApplication;
  /** Files of its own that parameters are read from. */
  readonly files: readonly ParameterFile[];
  /** Everything that it is made from. */
  readonly madeFrom: readonly string[];
}

/**
 * Makes the Application once more. Where the ApplicationSet stands in another repository, or its generators read something else than this
 * one, it is taken as it is live: parameters are not said here, and no file here changes them.
 * @throws PermanentError `NotEditable` where files of this repository take part in a way that cannot be told here.
 */
export async function rebuild(tree: Tree, application: Application): Promise<Rebuilt | undefined> {
  const { object: live, ref } = application;
  const owner = live?.metadata.ownerReferences?.find(({ kind }) => kind === 'ApplicationSet');
  if (application.engine !== 'argocd' || !live || !owner) return undefined;
  const madeBy = `ApplicationSet ${owner.name}`;
  const carrier = await findCarrier(tree, { ...ref, kind: 'ApplicationSet', name: owner.name }, application.heldIn);
  const asLive: Rebuilt = { app: { object: live, carrier: undefined, madeBy, live: application.sources, charts: application.charts ?? [] }, files: [], madeFrom: carrier ? [carrier.path] : [] };
  if (!carrier) return asLive;
  const spec = carrier.object['spec'] as SetSpec;
  const isOwn = (git: GitGenerator) => readsThis(git, application);
  const goTemplate = spec.goTemplate === true;
  const sets = spec.templatePatch === undefined ? await parametersOf(spec.generators, { tree, goTemplate, isOwn }) : undefined;
  if (!sets) {
    if (!gitsOf(spec.generators).some((git) => git.files !== undefined && isOwn(git))) return asLive;
    throw new PermanentError('NotEditable', `${renderRef(ref)} is made by ${madeBy} from files and from more than files, or with a patch of its template: what a file comes to cannot be told here, change it by hand`);
  }
  const mine = sets.filter(({ params }) => isCalled(spec, { params, goTemplate, name: ref.name }));
  const [one, ...others] = mine;
  if (!one || others.length > 0) throw new PermanentError('NotEditable', `${mine.length} sets of parameters of ${madeBy} in ${carrier.path} make an Application ${ref.name}: which file it comes from cannot be told, change it by hand`);
  const filled = fillTemplate(spec.template, one.params, { goTemplate }) as SetSpec['template'];
  const object: KubeObject = { ...live, spec: filled.spec };
  return { app: { object, carrier: undefined, madeBy, live: application.sources, charts: application.charts ?? [] }, files: one.files, madeFrom: [carrier.path, ...one.files.map(({ path }) => path)] };
}

function isCalled({ template }: SetSpec, { params, goTemplate, name }: { readonly params: Readonly<Record<string, unknown>>; readonly goTemplate: boolean; readonly name: string }): boolean {
  return fillTemplate(template.metadata.name, params, { goTemplate }) === name;
}

function gitsOf(generators: readonly Generator[]): readonly GitGenerator[] {
  return generators.flatMap(({ git, matrix, merge }) => [...(git ? [git] : []), ...gitsOf([...(matrix?.generators ?? []), ...((merge as { readonly generators?: readonly Generator[] } | undefined)?.generators ?? [])])]);
}

/** It reads the repository and the branch that the Application itself is made from. */
function readsThis({ repoURL, revision = 'HEAD' }: GitGenerator, { sources }: Application): boolean {
  return sources.some((source) => plain(source.repoURL) === plain(repoURL) && (revision === 'HEAD' || revision === '' || source.revision === revision || source.revision === 'HEAD'));
}

function plain(address: string): string {
  return address.replace(/\/+$|\.git\/*$/g, '').toLowerCase();
}
