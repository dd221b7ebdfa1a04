import type { PrinterColumn } from '../custom/custom-type.ts';
import { age } from './ages.ts';
import { parseJsonPath } from './json-path.ts';
import type { Table } from './table.ts';

const ONLY_AGE: readonly PrinterColumn[] = [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'CreationTimestamp is a timestamp representing the server time when this object was created.' }];

/** The table of a custom kind: its name, then the columns of its definition. */
export function customTable(printerColumns: readonly PrinterColumn[]): Table {
  const shown = printerColumns.length === 0 ? ONLY_AGE : printerColumns;
  const readers = shown.map(({ jsonPath, type }) => ({ type, read: parseJsonPath(jsonPath) }));
  return {
    columns: [
      { name: 'Name', type: 'string', format: 'name', description: 'Name must be unique within a namespace.', priority: 0 },
      ...shown.map(({ name, type, format = '', description = '', priority = 0 }) => ({ name, type, format, description, priority })),
    ],
    cells: (object, now) => [object.metadata.name, ...readers.map(({ type, read }) => cell(read(object)[0], type, now))],
  };
}

function cell(value: unknown, type: string, now: number): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'date') return typeof value === 'string' ? age(value, now) : '<invalid>';
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (type === 'number') return typeof value === 'number' ? value : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
