import type { KubeObject } from '../objects.ts';
import { at, textAt } from './json.ts';
import { badRequest } from './refusals.ts';

export type Labels = Readonly<Record<string, string>>;

/** A parsed selector: does an object's label map (or field map) satisfy it? */
export type Matcher<T> = (value: T) => boolean;

type Requirement = (labels: Labels) => boolean;

/** Parses `a=b,c!=d,e in (f,g),h,!i`. @throws StatusError 400 */
export function parseLabelSelector(text: string): Matcher<Labels> {
  const requirements = splitTop(text).map((part) => parseRequirement(part, text));
  return (labels) => requirements.every((holds) => holds(labels));
}

function splitTop(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else current += char;
  }
  parts.push(current);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

const KEY = String.raw`[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?`;
const SET = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s*\(([^)]*)\)$`);
const EQUALITY = new RegExp(String.raw`^(${KEY})\s*(==|=|!=|>|<)\s*([A-Za-z0-9]?[A-Za-z0-9._-]*)$`);
const EXISTS = new RegExp(String.raw`^(!?)\s*(${KEY})$`);

function parseRequirement(part: string, whole: string): Requirement {
  const set = SET.exec(part);
  if (set) {
    const [, key = '', , operator, list = ''] = set;
    const values = new Set(list.split(',').map((item) => item.trim()));
    return operator === 'in' ? (labels) => has(labels, key) && values.has(labels[key] ?? '') : (labels) => !has(labels, key) || !values.has(labels[key] ?? '');
  }
  const equality = EQUALITY.exec(part);
  if (equality) {
    const [, key = '', , operator, value = ''] = equality;
    if (operator === '!=') return (labels) => labels[key] !== value;
    if (operator === '>') return (labels) => has(labels, key) && Number(labels[key]) > Number(value);
    if (operator === '<') return (labels) => has(labels, key) && Number(labels[key]) < Number(value);
    return (labels) => labels[key] === value;
  }
  const exists = EXISTS.exec(part);
  if (exists) {
    const [, not, key = ''] = exists;
    return (labels) => has(labels, key) === (not === '');
  }
  throw badRequest(`unable to parse requirement: found '${part}', expected: a label selector such as app=web,tier in (a,b) (in "${whole}")`);
}

function has(labels: Labels, key: string): boolean {
  return Object.hasOwn(labels, key);
}

/** Does a `metav1.LabelSelector` select these labels? An absent selector selects nothing, an empty one everything. */
export function selectsLabels(selector: unknown, labels: Labels): boolean {
  if (selector === undefined || selector === null) return false;
  const matchLabels = at(selector, 'matchLabels') as Labels | undefined;
  for (const [key, value] of Object.entries(matchLabels ?? {})) if (labels[key] !== value) return false;
  const expressions = (at(selector, 'matchExpressions') ?? []) as readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
  return expressions.every(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return has(labels, key);
    if (operator === 'DoesNotExist') return !has(labels, key);
    if (operator === 'In') return has(labels, key) && values.includes(labels[key] ?? '');
    return !has(labels, key) || !values.includes(labels[key] ?? '');
  });
}

/** Field paths beyond `metadata.name` and `metadata.namespace` that a kind may be selected by, and how to read them. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '/pods': fieldsOf('spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'status.phase', 'status.podIP', 'status.nominatedNodeName'),
  '/events': {
    ...fieldsOf('involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion', 'involvedObject.resourceVersion', 'involvedObject.fieldPath', 'reason', 'reportingComponent', 'source.component', 'type'),
    source: ['source', 'component'],
  },
  '/nodes': fieldsOf('spec.unschedulable'),
  '/namespaces': { name: ['metadata', 'name'], ...fieldsOf('status.phase') },
  '/secrets': fieldsOf('type'),
  '/services': fieldsOf('spec.clusterIP', 'spec.type'),
  'apps/replicasets': fieldsOf('status.replicas'),
  'batch/jobs': fieldsOf('status.successful'),
};

function fieldsOf(...paths: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(paths.map((path) => [path, path.split('.')]));
}

/** The events.k8s.io names of what the core Event calls otherwise. */
const EVENT_ALIASES: Readonly<Record<string, string>> = { reportingController: 'reportingComponent' };

/**
 * Parses `status.phase=Running,spec.nodeName!=a`.
 * @param custom the paths that a custom resource definition offers (`.spec.color`)
 * @throws StatusError 400 for a field that the kind is not selectable by
 */
export function parseFieldSelector(text: string, storage: string, custom?: readonly string[]): Matcher<KubeObject> {
  const known: Record<string, readonly string[]> = { 'metadata.name': ['metadata', 'name'], 'metadata.namespace': ['metadata', 'namespace'], ...FIELDS[storage] };
  for (const path of custom ?? []) known[path.replace(/^\./, '')] = path.replace(/^\./, '').split('.');
  const tests = text.split(',').filter((part) => part !== '').map((part) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, name = '', operator, value = ''] = match;
    const path = known[EVENT_ALIASES[name] ?? name.replace(/^regarding\./, 'involvedObject.')];
    if (!path) throw badRequest(custom || FIELDS[storage] ? `field label not supported: ${name}` : `"${name}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
    return (object: KubeObject) => (textAt(object, ...path) === unescaped(value)) === (operator !== '!=');
  });
  return (object) => tests.every((holds) => holds(object));
}

function unescaped(value: string): string {
  return value.replace(/\\([\\,=])/g, '$1');
}
