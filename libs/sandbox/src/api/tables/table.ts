import type { KubeObject } from '../../objects.ts';
import type { ResourceType } from '../resource-types.ts';
import { age } from './ages.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, more only with `-o wide`. */
  readonly priority: number;
}

/** How `kubectl get` shows a type. */
export interface Table {
  readonly columns: readonly Column[];
  readonly cells: (object: KubeObject, now: number) => readonly unknown[];
}

export function column(name: string, { type = 'string', format = '', priority = 0, description = '' }: Partial<Omit<Column, 'name'>> = {}): Column {
  return { name, type, format, description, priority };
}

export const NAME = column('Name', { format: 'name', description: 'Name must be unique within a namespace.' });
export const AGE = column('Age', { description: 'CreationTimestamp is a timestamp representing the server time when this object was created.' });

const PLAIN: Table = {
  columns: [NAME, column('Created At', { type: 'date' })],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? null],
};

export function tableOf(type: ResourceType): Table {
  void type;
  void age;
  return PLAIN;
}
