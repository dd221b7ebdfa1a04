import { isObject } from '../json.ts';

type Step = { readonly kind: 'member'; readonly name: string } | { readonly kind: 'index'; readonly index: number } | { readonly kind: 'all' } | { readonly kind: 'filter'; readonly path: readonly string[]; readonly value: string };

/**
 * The JSONPath of printer columns: members (`.status.phase`, `['a.b']`, `.a\.b`), positions (`[0]`, `[-1]`, `[*]`) and filters by
 * equality (`[?(@.type=="Ready")]`).
 * @throws Error for anything else, naming the path
 */
export function parseJsonPath(text: string): (value: unknown) => readonly unknown[] {
  const steps = parseSteps(text);
  return (value) => steps.reduce<readonly unknown[]>((found, step) => found.flatMap((item) => take(item, step)), [value]);
}

const TOKEN = /^(?:\.((?:\\.|[^.[\]\\])+)|\[(-?\d+)\]|\[\*\]|\['([^']*)'\]|\["([^"]*)"\]|\[\?\(\s*@((?:\.[\w-]+)+)\s*==\s*(?:"([^"]*)"|'([^']*)'|(true|false|\d+))\s*\)\])/;

function parseSteps(text: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = text.trim().replace(/^\{(.*)\}$/, '$1');
  while (rest !== '') {
    const match = TOKEN.exec(rest);
    if (!match) throw new Error(`"${text}" is not a JSONPath that printer columns may use, from "${rest}" on`);
    const [whole, member, index, single, double, filterPath, filterDouble, filterSingle, filterPlain] = match;
    const name = member?.replace(/\\(.)/g, '$1') ?? single ?? double;
    if (name !== undefined) steps.push(name === '*' ? { kind: 'all' } : { kind: 'member', name });
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if (filterPath !== undefined) steps.push({ kind: 'filter', path: filterPath.slice(1).split('.'), value: filterDouble ?? filterSingle ?? filterPlain ?? '' });
    else steps.push({ kind: 'all' });
    rest = rest.slice(whole.length);
  }
  return steps;
}

function take(value: unknown, step: Step): readonly unknown[] {
  if (step.kind === 'member') return isObject(value) && value[step.name] !== undefined ? [value[step.name]] : [];
  if (step.kind === 'all') return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  if (!Array.isArray(value)) return [];
  if (step.kind === 'index') {
    const item: unknown = value.at(step.index);
    return item === undefined ? [] : [item];
  }
  return value.filter((item) => String(step.path.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), item)) === step.value);
}
