import { PermanentError } from '@fleetmend/kernel';
import { isMap } from '../helm-release.ts';

export interface Dialect {
  /** `{{ .a.b }}` of Go templates; else the `{{a.b}}` of old. */
  readonly goTemplate: boolean;
}

/**
 * The template with parameters in it: plain fields only. Source: Argo CD's operator manual, "ApplicationSet", "Templates" and "Go Template".
 * @throws PermanentError `NotEditable` for anything that is more than a field: what comes of it cannot be told here.
 */
export function fillTemplate(value: unknown, params: Readonly<Record<string, unknown>>, dialect: Dialect): unknown {
  if (typeof value === 'string') return fillText(value, params, dialect);
  if (Array.isArray(value)) return value.map((item) => fillTemplate(item, params, dialect));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [fillText(key, params, dialect), fillTemplate(item, params, dialect)]));
}

function fillText(text: string, params: Readonly<Record<string, unknown>>, { goTemplate }: Dialect): string {
  return text.replaceAll(/\{\{([^]*?)\}\}/g, (whole, inside: string) => {
    const found = goTemplate ? goField(inside.trim(), params) : params[inside.trim()];
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return String(found);
    throw new PermanentError('NotEditable', `${whole} in the template is more than a field of a parameter that is set: what it comes to cannot be told here`);
  });
}

const FIELD = /^(?:\.[A-Za-z_][A-Za-z0-9_]*)+$/;
const SEGMENT = /^index \.path\.segments (\d+)$/;

function goField(expression: string, params: Readonly<Record<string, unknown>>): unknown {
  const segment = SEGMENT.exec(expression);
  if (segment) return valueIn(params, ['path', 'segments', segment[1] ?? '']);
  return FIELD.test(expression) ? valueIn(params, expression.slice(1).split('.')) : undefined;
}

function valueIn(params: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined), params);
}
