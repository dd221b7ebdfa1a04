import { isPermanent, PermanentError } from '@fleetmend/kernel';
import { parse as parseYaml, stringify } from 'yaml';
import type { KubeObject } from '../../objects.ts';
import type { ApplierContext } from '../context.ts';
import { isRecord } from '../manifests.ts';
import { filesBelow, normalise, treeOver } from '../repository.ts';
import { capabilitiesOf, inNamespace } from '../scope.ts';
import { wordsOf } from './build.ts';
import { mergeValues } from './helm-values.ts';
import type { ComposedValues } from './helm-values.ts';
import type { HelmChart, HelmRelease } from './shapes.ts';

export interface ReleaseTarget {
  readonly name: string;
  readonly namespace: string;
}

export interface RenderedRelease {
  /** The chart's `crds/` folder. */
  readonly crds: readonly KubeObject[];
  readonly objects: readonly KubeObject[];
  readonly hooks: readonly KubeObject[];
}

export interface PackedChart {
  readonly chart: HelmChart;
  /** All files of the commit that was packed. */
  readonly files: ReadonlyMap<string, string>;
}

export const HOOK = 'helm.sh/hook';

/**
 * What the release holds, by the real `helm template`, after its post-renderers, with the marks of Helm and of helm-controller.
 * @throws PermanentError `RenderFailed` with the programs' words
 */
export async function renderRelease(context: ApplierContext, release: HelmRelease, { packed, values, target }: { readonly packed: PackedChart; readonly values: ComposedValues; readonly target: ReleaseTarget }): Promise<RenderedRelease> {
  const { renderers, objects, manifests } = context;
  if (!renderers.helm) throw new PermanentError('RenderFailed', 'no helm binary was found to render the chart: put helm on the PATH');
  const folder = normalise(packed.chart.spec.chart);
  const files = new Map(packed.files);
  const own = `${folder}/values.yaml`;
  const chosen = packed.chart.status?.observedValuesFiles ?? [];
  // Chosen values files take the place of the chart's own defaults. Source: fluxcd.io/flux/components/source/helmcharts, "Values files".
  if (chosen.length > 0) files.set(own, stringify(chosen.map((file) => parseYaml(packed.files.get(normalise(file)) ?? '') as unknown).filter(isRecord).reduce(mergeValues, {})));
  files.set('.release/values.json', JSON.stringify(values.values));
  const { kubeVersion, apiVersions } = capabilitiesOf(objects);
  const options = { release: target.name, namespace: target.namespace, values: '.release/values.json', set: JSON.stringify(values.set), setString: JSON.stringify(values.setString), skipCrds: 'true', kubeVersion, apiVersions: apiVersions.join(',') };
  const rendered = (await asRefusal(() => renderers.helm?.render({ tree: treeOver(files, ''), path: folder, options }))) as readonly KubeObject[];
  const placed = rendered.map((object) => inNamespace(objects, object, target.namespace));
  const isHook = ({ metadata }: KubeObject) => metadata.annotations?.[HOOK] !== undefined;
  const kept = await postRender(context, release, placed.filter((object) => !isHook(object)));
  const crds = [...filesBelow(packed.files, `${folder}/crds`)].filter(([file]) => /\.(ya?ml|json)$/.test(file)).flatMap(([file, text]) => manifests.read(file, text));
  return { crds, objects: kept.map((object) => marked(object, release, target)), hooks: placed.filter(isHook).map((object) => marked(object, release, target)) };
}

async function asRefusal<T>(render: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await render();
  } catch (error) {
    if (!isPermanent(error)) throw error;
    throw new PermanentError('RenderFailed', wordsOf(error).replaceAll(/\/\S*\/fleetmend-render-\w+\/files\//g, ''));
  }
}

/** Kustomize patches and images over the rendered objects. Source: fluxcd.io/flux/components/helm/helmreleases, "Post renderers". */
async function postRender({ renderers }: ApplierContext, { spec }: HelmRelease, objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
  let result = objects;
  for (const { kustomize } of spec.postRenderers ?? []) {
    if (!kustomize || result.length === 0) continue;
    if (!renderers.kustomize) throw new PermanentError('RenderFailed', 'no kustomize binary was found for the post-renderers: put kustomize on the PATH');
    const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: ['helm-output.yaml'], ...(kustomize.patches ? { patches: kustomize.patches } : {}), ...(kustomize.images ? { images: kustomize.images } : {}) };
    const files = new Map([['kustomization.yaml', JSON.stringify(kustomization)], ['helm-output.yaml', result.map((object) => stringify(object, { version: '1.1', lineWidth: 0 })).join('---\n')]]);
    result = (await asRefusal(() => renderers.kustomize?.render({ tree: treeOver(files, ''), path: '' }))) as readonly KubeObject[];
  }
  return result;
}

/** Source: helm.sh/docs/chart_best_practices/labels; helm-controller, internal/postrender/origin_labels.go. */
function marked(object: KubeObject, { metadata: owner }: HelmRelease, { name, namespace }: ReleaseTarget): KubeObject {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm', 'helm.toolkit.fluxcd.io/name': owner.name, 'helm.toolkit.fluxcd.io/namespace': owner.namespace ?? '' },
      annotations: { ...annotations, 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace },
    },
  };
}
