import type { KubeObject, WriteOptions } from '../../objects.ts';
import type { PhysicsContext } from '../runtime/context.ts';
import { controllerReference, isControlledBy } from '../runtime/keys.ts';
import { templateHash } from '../runtime/names.ts';
import type { PodTemplate } from '../shapes/pod.ts';

export const REVISION_LABEL = 'controller-revision-hash';

interface ControllerRevision extends KubeObject {
  readonly revision: number;
  readonly data: { readonly spec: { readonly template: PodTemplate } };
}

/** The ControllerRevision of the owner's present template, made where there is none. Answers its name, which pods carry as a label. */
export function ensureRevision({ objects }: PhysicsContext, owner: KubeObject & { readonly spec: { readonly template: PodTemplate } }, as: WriteOptions): string {
  const { namespace } = owner.metadata;
  const hash = templateHash(owner.spec.template);
  const name = `${owner.metadata.name}-${hash}`;
  const known = objects.list<ControllerRevision>('apps/v1', 'ControllerRevision', { ...(namespace ? { namespace } : {}) }).filter((revision) => isControlledBy(revision, owner));
  const latest = Math.max(0, ...known.map(({ revision }) => revision));
  const mine = known.find((revision) => revision.metadata.name === name);
  if (!mine) {
    objects.create<ControllerRevision>(
      {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name, ...(namespace ? { namespace } : {}), labels: { ...owner.spec.template.metadata?.labels, [REVISION_LABEL]: hash }, ownerReferences: [controllerReference(owner)] },
        data: { spec: { template: owner.spec.template } },
        revision: latest + 1,
      },
      as,
    );
  } else if (mine.revision < latest) {
    objects.update<ControllerRevision>({ ...mine, revision: latest + 1 }, as);
  }
  return name;
}

/** The template of an earlier revision; `undefined` once it is gone. */
export function templateOf({ objects }: PhysicsContext, namespace: string | undefined, revision: string): PodTemplate | undefined {
  return objects.get<ControllerRevision>('apps/v1', 'ControllerRevision', namespace, revision)?.data.spec.template;
}
