import { canonicalJson } from '@fleetmend/kernel';
import { readValues } from '@fleetmend/manifest';
import type { FileEdit } from '@fleetmend/model';

/**
 * Which top-level fields of a kustomization an edit changes: policy opens some of them, for others load or run things. Nothing
 * for other files, and nothing for a text that is not one readable document: policy then takes it that anything may have changed.
 */
export function sectionsOf({ path, before, after }: FileEdit): { readonly sections?: string[] } {
  if (!/(^|\/)kustomization(\.ya?ml)?$/i.test(path)) return {};
  const [was, is] = [fieldsOf(before ?? ''), fieldsOf(after)];
  if (!was || !is) return {};
  return { sections: [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((key) => canonicalJson(was[key]) !== canonicalJson(is[key]) || (key in was) !== (key in is)).sort() };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const [value, ...more] = readValues(text) ?? [];
  return more.length === 0 && typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
}
