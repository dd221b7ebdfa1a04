import { readValues } from '@fleetmend/manifest';
import type { KubeObject } from '@fleetmend/model';
import type { Variables } from '../flux-variables.ts';
import { asFields } from './layers.ts';

/** A text in pieces: what stands there, and what a variable was replaced by. */
export interface Piece {
  readonly text: string;
  /** Of the variable. */
  readonly name?: string;
}

const EXPRESSION = /\$?\$\{([^{}]*)\}/g;
/** A name alone, or with what to take where it is empty. What else Flux knows, it works out of the value, and nobody here puts that back. */
const KNOWN = /^([A-Za-z_]\w*)(?::?[-=]([^]*))?$/;

/**
 * The objects as Flux applies them, with variables filled in. A text with one that nobody here can tell stays as it is.
 * Source: Flux' documentation of Kustomizations, "Post build variable substitution".
 */
export function withVariables(objects: readonly KubeObject[], variables: Variables | undefined): readonly KubeObject[] {
  if (variables === undefined) return objects;
  return objects.map((object) => (isLeftAlone(object) ? object : (filled(object, variables) as KubeObject)));
}

const SWITCH = 'kustomize.toolkit.fluxcd.io/substitute';

function isLeftAlone({ metadata: { labels, annotations } }: KubeObject): boolean {
  return [labels, annotations].some((marks) => asFields(marks)[SWITCH] === 'disabled');
}

function filled(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return value.includes('${') ? filledText(value, variables) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, variables));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, variables)]));
}

function filledText(text: string, variables: Variables): unknown {
  const pieces = piecesOf(text, variables);
  return pieces === undefined ? text : asRead(pieces.map((piece) => piece.text).join(''));
}

/** kustomize writes a text without quotes where it can, so that what is filled in may come out as a number; quotes that were filled in go. */
function asRead(text: string): unknown {
  const quoted = /^"([^"\\]*)"$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted;
  const [value] = /^(-?\d+(\.\d+)?|true|false|null)$/.test(text) ? (readValues(text) ?? []) : [];
  return String(value) === text ? value : text;
}

/** Undefined: some of it cannot be told. */
export function piecesOf(text: string, variables: Variables): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { 0: whole, 1: inside = '', index } of text.matchAll(EXPRESSION)) {
    pieces.push({ text: text.slice(at, index) });
    at = index + whole.length;
    const [, name, otherwise = ''] = KNOWN.exec(inside) ?? [];
    // Two dollars keep what follows from being a variable.
    if (whole.startsWith('$$')) pieces.push({ text: whole.slice(1) });
    else if (name === undefined) return undefined;
    else {
      const value = variables.valueOf(name);
      if (value === undefined) return undefined;
      pieces.push({ text: value === '' ? otherwise : value, name });
    }
  }
  const rest = text.slice(at);
  return rest.includes('${') ? undefined : [...pieces, { text: rest }];
}
