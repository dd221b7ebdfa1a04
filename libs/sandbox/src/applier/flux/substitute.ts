/**
 * The variable substitution of a Kustomization's `postBuild`: the functions of bash that Flux's envsubst knows.
 * Source: fluxcd.io/flux/components/kustomize/kustomizations, "Post build variable substitution"; fluxcd/pkg/envsubst 1.7.
 *
 * @throws Error with envsubst's words where an expression does not end, or is none
 */
export function substituteVariables(text: string, variables: ReadonlyMap<string, string>): string {
  let result = '';
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('${', at);
    if (next < 0) return result + text.slice(at);
    if (text[next - 1] === '$' && next - 1 >= at) {
      // `$${name}` is how a `${name}` is kept.
      result += `${text.slice(at, next - 1)}\${`;
      at = next + 2;
      continue;
    }
    const end = closingBrace(text, next + 2);
    result += text.slice(at, next) + expand(text.slice(next + 2, end), variables);
    at = end + 1;
  }
  return result;
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('${', at)) depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
    if (text[at] === '\n' && depth === 1 && !/^[A-Za-z_]\w*[:=?+-]/.test(text.slice(from, at))) break;
  }
  throw new Error('missing closing brace');
}

const EXPRESSION = /^([A-Za-z_]\w*)(?:(:[-=?+]|[-=?+]|\^\^|\^|,,|,|\/\/|\/#|\/%|\/|##|#|%%|%|:)([\s\S]*))?$/;

function expand(expression: string, variables: ReadonlyMap<string, string>): string {
  const length = /^#([A-Za-z_]\w*)$/.exec(expression);
  if (length) return String(Buffer.byteLength(variables.get(length[1] ?? '') ?? ''));
  const [, name, operator, raw = ''] = EXPRESSION.exec(expression) ?? [];
  if (name === undefined) throw new Error('unable to parse variable name');
  const value = variables.get(name) ?? '';
  if (operator === undefined) return value;
  return apply(operator, value, () => substituteVariables(raw, variables));
}

function apply(operator: string, value: string, argument: () => string): string {
  switch (operator) {
    case '^':
      return value.slice(0, 1).toUpperCase() + value.slice(1);
    case '^^':
      return value.toUpperCase();
    case ',':
      return value.slice(0, 1).toLowerCase() + value.slice(1);
    case ',,':
      return value.toLowerCase();
    case ':':
      return substring(value, argument().split(':'));
    case '#':
    case '##':
    case '%':
    case '%%':
      return trim(value, operator, argument());
    case '/':
    case '//':
    case '/#':
    case '/%':
      return replace(value, operator, argument());
    default:
      return value === '' ? argument() : value;
  }
}

function substring(value: string, [first = '', second]: readonly string[]): string {
  const position = Number(first);
  if (first.trim() === '' || !Number.isInteger(position)) return value;
  const start = position < 0 ? Math.max(0, value.length + position) : position;
  if (second === undefined) return value.slice(start);
  const length = Number(second);
  if (!Number.isInteger(length)) return value;
  return length < 0 ? value.slice(start, Math.max(start, value.length + length)) : value.slice(start, start + length);
}

function trim(value: string, operator: string, pattern: string): string {
  const body = [...pattern].map((char) => (char === '*' ? (operator.length === 1 ? '.*?' : '.*') : char === '?' ? '.' : char.replace(/[.+^${}()|[\]\\]/, '\\$&'))).join('');
  if (operator.startsWith('#')) return value.replace(new RegExp(`^${body}`, 's'), '');
  // The shortest suffix is what the longest possible rest leaves.
  return value.replace(new RegExp(`^(${operator === '%' ? '.*' : '.*?'})${body}$`, 's'), '$1');
}

function replace(value: string, operator: string, argument: string): string {
  const slash = argument.indexOf('/');
  const [from, to] = slash < 0 ? [argument, ''] : [argument.slice(0, slash), argument.slice(slash + 1)];
  if (operator === '//') return from === '' ? value : value.replaceAll(from, () => to);
  if (operator === '/#') return value.startsWith(from) ? to + value.slice(from.length) : value;
  if (operator === '/%') return value.endsWith(from) ? value.slice(0, value.length - from.length) + to : value;
  return value.replace(from, () => to);
}
