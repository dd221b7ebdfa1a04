import { PermanentError } from '@fleetmend/kernel';
import { type ManifestObject, readDocuments } from '@fleetmend/manifest';
import { type ObjectRef, renderRef } from '@fleetmend/model';
import type { Application } from '@fleetmend/plugin-api';
import { isNamed } from '../manifest-folder.ts';
import type { Build, Rendered } from './build.ts';
import { stemOf } from './generated-names.ts';

/**
 * The one object of a build that is the target. Undefined: none is.
 * @throws PermanentError `SourceAmbiguous` when several could be.
 */
export function findTarget(rendered: readonly Rendered[], target: ObjectRef, { application, where }: { readonly application: Application | undefined; readonly where: string }): Rendered | undefined {
  const named = rendered.filter(({ object }) => isNamed(object, target) || isNamed(object, { ...target, name: stemOf(target.name) }));
  const explicit = named.filter(({ object }) => object.metadata.namespace === target.namespace);
  const open = named.filter(({ object }) => object.metadata.namespace === undefined);
  const placed = application?.namespace?.name;
  const found = explicit.length > 0 ? explicit : placed === undefined || placed === target.namespace ? open : [];
  if (found.length > 1) throw new PermanentError('SourceAmbiguous', `${where} renders ${renderRef(target)} ${found.length} times: ${found.map(({ from }) => from?.file ?? 'unknown').join(', ')}; remove the copies`);
  return found[0];
}

/** The document of a file that an object was rendered from: of its kind, and called as the object is, prefixes and suffixes apart. */
export function findDocument(text: string, { object, from }: Rendered): ManifestObject | undefined {
  const file = from?.file ?? 'this file';
  const alike = readDocuments(text, file).filter((one) => isNamed({ ...one.object, metadata: { ...one.object.metadata, name: '' } }, { apiVersion: object.apiVersion, kind: object.kind, name: '' }));
  const called = alike.filter((one) => object.metadata.name.includes(one.object.metadata.name)).sort((a, b) => b.object.metadata.name.length - a.object.metadata.name.length);
  const best = called.filter((one) => one.object.metadata.name === called[0]?.object.metadata.name);
  const inNamespace = best.filter((one) => one.object.metadata.namespace === object.metadata.namespace);
  const chosen = inNamespace.length > 0 ? inNamespace : best;
  if (chosen.length > 1) throw new PermanentError('SourceAmbiguous', `${file} holds ${object.kind} ${object.metadata.name} ${chosen.length} times: remove the copies`);
  return chosen[0];
}

/** Why an object that kustomize renders cannot be changed where it comes from; undefined: it can. */
export function refuseOrigin({ object, from }: Rendered, build: Build): string | undefined {
  const name = `${object.kind} ${object.metadata.name}`;
  if (!from) return `kustomize does not tell where ${name} comes from (build of ${build.root || '/'})`;
  if (object.kind === 'Secret') return `${name} is a Secret (${from.file}): no machine writes one`;
  if ('sops' in object) return `${from.file} is guarded by SOPS with a checksum over all values of ${name}: edit it with sops`;
  if ('generator' in from && from.generator !== 'ConfigMapGenerator') return `${name} is made by ${from.generator} in ${from.file}: change what that reads by hand`;
  return undefined;
}
