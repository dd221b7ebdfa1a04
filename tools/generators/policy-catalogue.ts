import { FIELD_ACTION_NAMES, HOST_PATTERNS, fieldActions, type FieldActionFacts } from '@fleetmend/model';
import { MARK, type Generated } from './generated.ts';

/**
 * policies/remediation/catalogue/data.yaml: which fields each action may change, for rule B07. It is the catalogue of the hub, seen
 * from the policy: a leaf of a difference may lie below a field that was set, or be the map that it left empty.
 */
export function policyCatalogue(): Generated {
  const written: Readonly<Record<string, readonly string[]>> = {
    setResources: ['', '/{limits,requests}/*'].flatMap((rest) => expand(`{pod}/{containers,initContainers}/*/resources${rest}`)),
    setImage: expand('{pod}/{containers,initContainers}/*/image'),
    setReplicas: ['/spec/replicas'],
    ...Object.fromEntries(FIELD_ACTION_NAMES.map((name) => [name, patternsOf(fieldActions[name])])),
    setHost: HOST_PATTERNS.flatMap(({ paths }) => paths.filter((path) => !path.includes('!yaml'))).flatMap(expand),
    restoreField: ['/spec/**', '/data/**'],
  };
  const lines = Object.entries(written).flatMap(([action, patterns]) => [`  ${action}:`, ...[...new Set(patterns)].map((pattern) => `    - ${JSON.stringify(pattern)}`)]);
  const head = ['# ' + MARK, '# `{pod}` is the pod of whatever kind; `*` is one segment of a JSON pointer, `**` any number.', 'open:'];
  return new Map([['policies/remediation/catalogue/data.yaml', `${[...head, ...lines].join('\n')}\n`]]);
}

function patternsOf({ sets, removes = [] }: FieldActionFacts): readonly string[] {
  return [...sets, ...removes].flatMap(({ paths }) => paths.flatMap(below));
}

/** The field, what may stand inside it, and its parent, which shows as a leaf where it is or becomes empty. */
function below(path: string): readonly string[] {
  return expand(path).flatMap((pattern) => {
    const parent = pattern.slice(0, pattern.lastIndexOf('/'));
    const ofList = /\/(\*|spec|containers|initContainers)$/.test(parent) || parent === '{pod}' || parent === '{template}';
    return pattern.endsWith('/**') ? [pattern, pattern.slice(0, -3)] : [pattern, `${pattern}/**`, ...(ofList ? [] : [parent])];
  });
}

/** One pattern for each of `{a,b}`, in the words of the policy. */
function expand(path: string): readonly string[] {
  const placed = path.replace('{container}', '{pod}/{containers,initContainers}/*').replaceAll('/-', '/*');
  const rooted = placed.startsWith('{') ? placed : `/${placed}`;
  return rooted.split('/').reduce<readonly string[]>((heads, segment, index) => {
    const options = /^\{(.*,.*)\}$/.exec(segment)?.[1]?.split(',') ?? [segment];
    return heads.flatMap((head) => options.map((option) => (index === 0 ? option : `${head}/${option}`)));
  }, ['']);
}
