import type { KubeObject } from '../../objects.ts';
import type { Application } from './shapes.ts';

export type Params = Readonly<Record<string, unknown>>;

export interface GitGenerator {
  readonly repoURL: string;
  readonly revision?: string;
  readonly directories?: readonly { readonly path: string; readonly exclude?: boolean }[];
  readonly files?: readonly { readonly path: string; readonly exclude?: boolean }[];
  readonly values?: Readonly<Record<string, string>>;
  readonly pathParamPrefix?: string;
}

export interface Generator {
  readonly list?: { readonly elements?: readonly Params[]; readonly elementsYaml?: string };
  readonly git?: GitGenerator;
  readonly matrix?: { readonly generators: readonly Generator[] };
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly [other: string]: unknown;
}

/** Without a namespace: that of the ApplicationSet is taken. */
export type ApplicationTemplate = Pick<Application, 'spec'> & { readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>>; readonly finalizers?: readonly string[] } };

export interface ApplicationSet extends KubeObject {
  readonly spec: {
    readonly generators: readonly Generator[];
    readonly template: ApplicationTemplate;
    readonly templatePatch?: string;
    readonly goTemplate?: boolean;
    readonly goTemplateOptions?: readonly string[];
    readonly syncPolicy?: { readonly preserveResourcesOnDeletion?: boolean; readonly applicationsSync?: string };
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string; readonly lastTransitionTime: string }[]; readonly resources?: readonly object[] };
}
