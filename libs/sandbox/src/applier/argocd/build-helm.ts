import { isPermanent } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import type { ApplierContext } from '../context.ts';
import { wordsOf } from '../flux/build.ts';
import { normalise, treeOver } from '../repository.ts';
import { capabilitiesOf } from '../scope.ts';
import { refusedBy } from './build-input.ts';
import type { BuildInput } from './build-input.ts';
import type { HelmSource } from './shapes.ts';

/**
 * `helm template` as the repo-server calls it: values files in order, then `valuesObject` or `values`, then parameters, then file parameters.
 * Source: argo-cd 3.1, reposerver/repository/repository.go (helmTemplate), util/helm/cmd.go.
 */
export async function buildHelm({ renderers }: ApplierContext, input: BuildInput): Promise<readonly KubeObject[]> {
  const { application, fetched, folder, target } = input;
  if (!renderers.helm) throw refusedBy('Unknown', `${folder || '/'} holds a chart, and no helm binary was found to render it: put helm on the PATH`);
  const helm: HelmSource = fetched.source.helm ?? {};
  const files = new Map(fetched.files);
  const environment = environmentOf(input);
  const place = (path: string): string => placeFile(input, files, substitute(path, environment));
  const values = (helm.valueFiles ?? []).map(place).filter((path) => files.has(path) || !helm.ignoreMissingValueFiles);
  const inline = helm.valuesObject && Object.keys(helm.valuesObject).length > 0 ? JSON.stringify(helm.valuesObject) : (helm.values ?? '');
  if (inline !== '') files.set(INLINE, inline);
  const settings = (forced: boolean) => (helm.parameters ?? []).filter(({ forceString = false }) => forceString === forced).map(({ name, value = '' }) => `${name}=${escapeCommas(substitute(value, environment))}`);
  const { kubeVersion, apiVersions } = capabilitiesOf(target);
  const told = helm.kubeVersion?.replace(/^v/, '') ?? kubeVersion.replace(/^v/, '').split('.').slice(0, 2).join('.');
  try {
    const rendered = await renderers.helm.render({
      tree: treeOver(files, ''),
      path: folder,
      options: {
        release: helm.releaseName ?? application.metadata.name,
        namespace: helm.namespace ?? application.spec.destination.namespace ?? 'default',
        values: [...values, ...(inline === '' ? [] : [INLINE])].join(','),
        set: JSON.stringify(settings(false)),
        setString: JSON.stringify(settings(true)),
        setFile: JSON.stringify((helm.fileParameters ?? []).map(({ name, path }) => `${name}=${place(path)}`)),
        skipCrds: String(helm.skipCrds ?? false),
        skipSchemaValidation: String(helm.skipSchemaValidation ?? false),
        // A cluster's version is told by major and minor only (recorded in the lab, Argo CD 3.1).
        kubeVersion: told,
        apiVersions: (helm.apiVersions ?? apiVersions).join(','),
      },
    });
    return rendered as readonly KubeObject[];
  } catch (error) {
    if (!isPermanent(error)) throw error;
    const shown = (path: string) => `<path to cached source>/${path.replace(/^\.argocd\/refs\/[^/]+\//, '')}`;
    const words = wordsOf(error).replaceAll(/\/\S*\/fleetmend-render-\w+\/files\/(?:\.argocd\/refs\/[^/]+\/)?/g, '<path to cached source>/');
    const flags = [...settings(false).map((one) => `--set ${one}`), ...settings(true).map((one) => `--set-string ${one}`), ...values.map((path) => `--values ${shown(path)}`), ...(inline === '' ? [] : ['--values <temp file with values from source.helm.values/valuesObject>']), '<api versions removed>', ...(helm.skipCrds ? [] : ['--include-crds'])];
    const command = `helm template . --name-template ${helm.releaseName ?? application.metadata.name} --namespace ${helm.namespace ?? application.spec.destination.namespace ?? ''} --kube-version ${told} ${flags.join(' ')}`;
    throw refusedBy('Unknown', `failed to execute helm template command: failed to get command args to log: \`${command}\` failed exit status 1: Error: ${words}`);
  }
}

const INLINE = '.argocd/values.json';

/** `$ref/…` lies in another source's repository, `/…` at the root of this one, anything else beside the chart. */
function placeFile({ refs, folder }: BuildInput, files: Map<string, string>, path: string): string {
  if (path.startsWith('$')) {
    const [name = '', ...rest] = path.slice(1).split('/');
    const source = refs.get(name);
    if (source) {
      const inside = normalise(rest.join('/'));
      const text = source.files.get(inside);
      const placed = `.argocd/refs/${name}/${inside}`;
      if (text !== undefined) files.set(placed, text);
      return placed;
    }
  }
  if (path.startsWith('/')) return normalise(path);
  const climbed = `${folder}/${path}`.split('/').reduce<number>((depth, part) => (part === '..' ? depth - 1 : part === '' || part === '.' ? depth : depth < 0 ? depth : depth + 1), 0);
  if (climbed < 0) throw refusedBy('Unknown', `error resolving helm value files: error resolving value file path: value file '${path}' resolved to outside repository root`);
  return normalise(`${folder}/${path}`);
}

/** Source: argo-cd.readthedocs.io, "Build Environment". */
function environmentOf({ application, fetched }: BuildInput): ReadonlyMap<string, string> {
  const { source, revision } = fetched;
  return new Map([
    ['ARGOCD_APP_NAME', application.metadata.name],
    ['ARGOCD_APP_NAMESPACE', application.spec.destination.namespace ?? ''],
    ['ARGOCD_APP_PROJECT_NAME', application.spec.project ?? 'default'],
    ['ARGOCD_APP_REVISION', revision],
    ['ARGOCD_APP_REVISION_SHORT', revision.slice(0, 7)],
    ['ARGOCD_APP_REVISION_SHORT_8', revision.slice(0, 8)],
    ['ARGOCD_APP_SOURCE_REPO_URL', source.repoURL],
    ['ARGOCD_APP_SOURCE_PATH', source.path ?? ''],
    ['ARGOCD_APP_SOURCE_TARGET_REVISION', source.targetRevision ?? ''],
  ]);
}

function substitute(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{?(ARGOCD_\w+)\}?/g, (whole, name: string) => environment.get(name) ?? whole);
}

/** Helm would take a comma for the next setting, but for lists in braces. */
function escapeCommas(value: string): string {
  return value.startsWith('{') && value.endsWith('}') ? value : value.replaceAll(/(?<!\\),/g, '\\,');
}
