import { isObject, type Json } from '../json.ts';
import { equalSets, type FieldSet, isEmptySet, parseSet, rememberSet, renderSet } from './field-set.ts';

/** One entry of `metadata.managedFields`. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly subresource: string | undefined;
  readonly fields: FieldSet;
  /** The JSON it was read from, reused while the entry does not change. */
  readonly source: Json | undefined;
}

export function readEntries(managedFields: unknown): readonly ManagedEntry[] {
  if (!Array.isArray(managedFields)) return [];
  return managedFields.filter(isObject).map((entry) => ({
    manager: String(entry['manager'] ?? ''),
    operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
    apiVersion: String(entry['apiVersion'] ?? ''),
    time: String(entry['time'] ?? ''),
    subresource: typeof entry['subresource'] === 'string' && entry['subresource'] !== '' ? entry['subresource'] : undefined,
    fields: parseSet(entry['fieldsV1']),
    source: entry,
  }));
}

/** Entries without fields vanish; the order is the real server's: Apply before Update, then by time and name. */
export function renderEntries(entries: readonly ManagedEntry[]): readonly unknown[] {
  const kept = entries.filter((entry) => !isEmptySet(entry.fields));
  const order = (entry: ManagedEntry) => `${entry.operation} ${entry.time} ${entry.manager} ${entry.apiVersion} ${entry.subresource ?? ''}`;
  return [...kept].sort((a, b) => (order(a) < order(b) ? -1 : 1)).map(renderEntry);
}

function renderEntry({ manager, operation, apiVersion, time, subresource, fields, source }: ManagedEntry): Json {
  if (source && source['time'] === time && parseSet(source['fieldsV1']) === fields) return source;
  return { apiVersion, fieldsType: 'FieldsV1', fieldsV1: rememberSet(renderSet(fields), fields), manager, operation, ...(subresource ? { subresource } : {}), time };
}

/** The entry with other fields; the time moves only when the fields do. */
export function withFields(entry: ManagedEntry, fields: FieldSet, time: string): ManagedEntry {
  return equalSets(entry.fields, fields) ? entry : { ...entry, fields, time };
}
