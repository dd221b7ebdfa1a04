import { isPermanent, messageOf, PermanentError } from '@fleetmend/kernel';
import { parse as parseYaml } from 'yaml';
import { mergePatch } from '../../api/patch/merge-patch.ts';
import type { ApplierContext } from '../context.ts';
import { wordsOf } from '../flux/build.ts';
import { isRecord } from '../manifests.ts';
import { treeOver } from '../repository.ts';
import type { ApplicationSet, ApplicationTemplate, Params } from './applicationset-shapes.ts';
import { fillClassic } from './generators.ts';

/**
 * The template with each set of parameters in it, texts only, as the ApplicationSet controller does.
 * @throws PermanentError `TemplateFailed`
 */
export async function fillTemplates(context: ApplierContext, { spec }: ApplicationSet, sets: readonly Params[]): Promise<readonly ApplicationTemplate[]> {
  const texts: string[] = [];
  collect(spec.template, texts);
  if (spec.templatePatch !== undefined) texts.push(spec.templatePatch);
  const filled = spec.goTemplate ? await fillGo(context, texts, sets) : sets.map((params) => texts.map((text) => fillClassic(text, params)));
  return filled.map((values) => {
    const rest = [...values];
    const template = replaceTexts(spec.template, rest) as ApplicationTemplate;
    return spec.templatePatch === undefined ? template : patched(template, rest[0] ?? '');
  });
}

function patched(template: ApplicationTemplate, text: string): ApplicationTemplate {
  let patch: unknown;
  try {
    patch = parseYaml(text);
  } catch (error) {
    throw new PermanentError('TemplateFailed', `failed to replace parameters in template patch: ${messageOf(error)}`);
  }
  return isRecord(patch) ? (mergePatch(template, patch) as ApplicationTemplate) : template;
}

/** Keys are texts, too. */
function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) value.forEach((item) => collect(item, texts));
  else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      texts.push(key);
      collect(item, texts);
    }
  }
}

/** Takes the texts in the order in which they were collected. */
function replaceTexts(value: unknown, texts: string[]): unknown {
  if (typeof value === 'string') return texts.shift() ?? value;
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, texts));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [texts.shift() ?? key, replaceTexts(item, texts)]));
}

/**
 * Go's own templates by the real helm, which brings the same functions: every text is a template of a chart of its own, and its result is read
 * from a ConfigMap. Source of the dialect: argo-cd.readthedocs.io, "Go Template".
 */
async function fillGo({ renderers }: ApplierContext, texts: readonly string[], sets: readonly Params[]): Promise<readonly (readonly string[])[]> {
  if (!renderers.helm) throw new PermanentError('TemplateFailed', 'no helm binary was found to fill the Go template: put helm on the PATH');
  const defined = texts.map((text, index) => `{{- define "text${index}" -}}${text}{{- end -}}\n`).join('');
  const objects = `${defined}{{- range $index, $set := .Values.sets }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: set-{{ $index }}}\ndata:\n${texts.map((_, index) => `  text${index}: {{ include "text${index}" $set | toJson }}\n`).join('')}{{- end }}\n`;
  const files = new Map([['Chart.yaml', 'apiVersion: v2\nname: template\nversion: 0.0.0\n'], ['values.yaml', JSON.stringify({ sets })], ['templates/template.yaml', objects]]);
  try {
    const rendered = (await renderers.helm.render({ tree: treeOver(files, ''), path: '' })) as unknown as readonly { readonly metadata: { readonly name: string }; readonly data?: Readonly<Record<string, string>> }[];
    const byName = new Map(rendered.map(({ metadata, data }) => [metadata.name, data ?? {}]));
    return sets.map((_, set) => texts.map((__, index) => byName.get(`set-${set}`)?.[`text${index}`] ?? ''));
  } catch (error) {
    if (!isPermanent(error)) throw error;
    throw new PermanentError('TemplateFailed', `failed to execute go template: ${wordsOf(error)}`);
  }
}
