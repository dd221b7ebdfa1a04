import { canonicalJson } from '@fleetmend/kernel';
import { parse as parseYaml } from 'yaml';

/** One segment: a key or an index, the item of a list whose `key` is `value`, or "go on inside the string". */
export type Step = { readonly at: string } | { readonly key: string; readonly value: string } | { readonly inside: 'yaml' };

const ITEM = /^\[([^=\]]+)=(.*)\]$/;

/** `spec/containers/[name=app]/env/0`; `~1` is a slash and `~0` a tilde inside a segment; `!yaml` goes on inside a string. */
export function parseFieldPath(path: string): readonly Step[] {
  return path.split('/').filter((segment) => segment !== '').map((segment): Step => {
    const text = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (text === '!yaml') return { inside: 'yaml' };
    const [, key, value] = ITEM.exec(text) ?? [];
    return key === undefined || value === undefined ? { at: text } : { key, value };
  });
}

/** The value below `document`; undefined: there is none. */
export function readField(document: unknown, path: readonly Step[]): unknown {
  return path.reduce<unknown>((value, step) => child(value, step), document);
}

/** One step down. */
export function child(value: unknown, step: Step): unknown {
  if ('inside' in step) return typeof value === 'string' ? readYamlText(value) : undefined;
  if (Array.isArray(value)) return 'key' in step ? value.find((item) => isMap(item) && String(item[step.key]) === step.value) : /^\d+$/.test(step.at) ? value[Number(step.at)] : undefined;
  return isMap(value) && 'at' in step && Object.hasOwn(value, step.at) ? value[step.at] : undefined;
}

/** Undefined for what is not YAML: a text is a text then. */
export function readYamlText(text: string): unknown {
  try {
    return parseYaml(text, { logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function sameValue(a: unknown, b: unknown): boolean {
  return (a === undefined) === (b === undefined) && canonicalJson(a) === canonicalJson(b);
}

export function renderSteps(path: readonly Step[]): string {
  return path.map((step) => ('inside' in step ? '!yaml' : 'key' in step ? `[${step.key}=${step.value}]` : step.at).replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
}
