import { StatusError } from '../objects.ts';
import type { Json } from './json.ts';

/** One wrong field, as `details.causes` lists them. */
export interface FieldError {
  readonly reason: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueNotSupported' | 'FieldValueDuplicate' | 'FieldValueForbidden' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'FieldValueNotFound' | 'FieldValueTypeInvalid';
  readonly field: string;
  readonly message: string;
}

/** The identity of a type, as messages name it. */
export interface Named {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
}

/** `deployments.apps`, or `pods` for the core group. */
export function qualified({ plural, group }: { readonly plural: string; readonly group: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export function notFound(type: { readonly plural: string; readonly group: string }, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(type)} "${name}" not found`, detailsOf({ name, group: type.group, kind: type.plural }));
}

export function alreadyExists(type: { readonly plural: string; readonly group: string }, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, detailsOf({ name, group: type.group, kind: type.plural }));
}

export function conflict(type: { readonly plural: string; readonly group: string }, name: string, why: string): StatusError {
  return new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`, detailsOf({ name, group: type.group, kind: type.plural }));
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(type: { readonly plural: string; readonly group: string }, name: string, why: string): StatusError {
  const message = name === '' ? `${qualified(type)} is forbidden: ${why}` : `${qualified(type)} "${name}" is forbidden: ${why}`;
  return new StatusError(403, 'Forbidden', message, detailsOf({ name, group: type.group, kind: type.plural }));
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function gone(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** The generic 404 of a path that no API serves. */
export function unknownPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): StatusError {
  return new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

/** 422, worded as the real server does: one error plain, several in brackets. */
export function invalid(type: Named, name: string, errors: readonly FieldError[]): StatusError {
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${kind} "${name}" is invalid: ${list}`, { ...detailsOf({ name, group: type.group, kind: type.kind }), causes: errors.map(({ reason, message, field }) => ({ reason, message, field })) });
}

export const required = (field: string, why = ''): FieldError => ({ reason: 'FieldValueRequired', field, message: why === '' ? 'Required value' : `Required value: ${why}` });
export const invalidValue = (field: string, value: unknown, why: string): FieldError => ({ reason: 'FieldValueInvalid', field, message: `Invalid value: ${shown(value)}: ${why}` });
export const forbiddenField = (field: string, why: string): FieldError => ({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` });
export const duplicate = (field: string, value: unknown): FieldError => ({ reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${shown(value)}` });
export const fieldNotFound = (field: string, value: unknown): FieldError => ({ reason: 'FieldValueNotFound', field, message: `Not found: ${shown(value)}` });
export const tooLong = (field: string, max: number): FieldError => ({ reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${max} bytes` });
export const unsupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported', field, message: `Unsupported value: ${shown(value)}: supported values: ${supported.map((item) => `"${item}"`).join(', ')}`,
});

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(value ?? null);
}

function detailsOf({ name, group, kind }: { readonly name: string; readonly group: string; readonly kind: string }): Json {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind };
}

/** The `Status` body of a refusal. */
export function statusBody(error: StatusError): Json {
  return {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: error.message, reason: error.reason,
    ...(error.details ? { details: error.details } : {}), code: error.code,
  };
}
