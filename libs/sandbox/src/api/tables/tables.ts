import type { ResourceType } from '../resource-types.ts';
import { CORE_TABLES } from './core-tables.ts';
import { customTable } from './custom-table.ts';
import { POLICY_TABLES } from './policy-tables.ts';
import { columns, type Table } from './table.ts';
import { WORKLOAD_TABLES } from './workload-tables.ts';

const TABLES: Readonly<Record<string, Table>> = { ...CORE_TABLES, ...WORKLOAD_TABLES, ...POLICY_TABLES };

/** For kinds that the real server prints no better: LimitRanges, roles, definitions. */
const PLAIN: Table = {
  columns: columns('Name!', 'Created At').map((column) => (column.name === 'Name' ? column : { ...column, type: 'date' })),
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? null],
};

export function tableOf(type: ResourceType): Table {
  return type.custom ? customTable(type.custom.printerColumns) : (TABLES[type.storage] ?? PLAIN);
}
