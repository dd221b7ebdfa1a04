import type { KubeObject } from '../../objects.ts';
import type { Draft } from '../cluster.ts';
import type { Decoded } from '../decode.ts';
import type { Json } from '../json.ts';
import type { FieldError } from '../refusals.ts';

/** What a CustomResourceDefinition says about one version of its kind. */
export interface CustomType {
  /** Prunes what the schema does not know; names it. @throws StatusError 400 */
  read(input: Json, what: string): Decoded;
  default(draft: Draft): void;
  /** Schema and CEL rules. */
  validate(draft: Draft, old: KubeObject | undefined, subresource: string | undefined): readonly FieldError[];
  readonly printerColumns: readonly PrinterColumn[];
  readonly selectableFields: readonly string[];
  readonly scale: Json | undefined;
  /** The OpenAPI schema to publish. */
  readonly openapi: Json;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}
