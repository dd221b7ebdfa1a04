import { ACTION_NAMES, FAILURE_CLASS_NAMES, FIELD_ACTION_NAMES, HOST_PATTERNS, failureClasses, fieldActions, type ActionName, type FieldActionFacts, type FieldActionName } from '@fleetmend/model';
import { classActions } from '../../libs/reasoners/src/playbook/class-actions.ts';
import { MARK, type Generated } from './generated.ts';

/** The rules that judge an action beyond those that hold for all: B01–B03, B06, B07, N01 and F01–F10. */
export const JUDGED_BY: Readonly<Record<Exclude<ActionName, 'abstain'>, readonly string[]>> = {
  setResources: ['R01', 'R02', 'R03', 'R05'],
  setImage: ['I01', 'I02', 'I03'],
  setReplicas: ['C01'],
  setProbe: ['C02'],
  setPort: ['S02'],
  setIngress: ['N02'],
  setVolume: ['S03', 'C04'],
  setPodField: ['N02'],
  setSelector: ['B06'],
  setReference: ['B04', 'S08'],
  setScheduling: ['B07'],
  setHPA: ['C01'],
  setStrategy: ['C04'],
  setSecurityContext: ['S01', 'S02', 'S04', 'S05', 'S06', 'S07'],
  setSchedule: ['C01'],
  setHost: ['B05'],
  restoreField: ['S01', 'S08', 'R05', 'C02', 'C03', 'B04', 'B05', 'N02'],
};

const TITLES: Readonly<Record<Exclude<ActionName, FieldActionName | 'abstain'>, readonly [title: string, tier: string, fields: string]>> = {
  setResources: ['requests and limits, at most double a step, within LimitRange, quota and nodes', 'T0, T1', 'requests and limits of a container'],
  setImage: ['an image that ran here or stood in Git', 'T1', 'image of a container'],
  setReplicas: ['how many run, within policy', 'T0, T1', 'spec/replicas'],
  setHost: ['a host or port inside a text, replaced by that of a Service that exists', 'T1', HOST_PATTERNS.flatMap(({ paths }) => paths).join(', ')],
  restoreField: ['a field as it was at an earlier commit; guards never go. Of what cannot be rendered, the one place of a file that mends it', 'T1; T2 on a guard, and on what an object of a GitOps engine applies or waits for', 'any field that a commit changed'],
};

/** docs/actions.md: what may be changed, by which action, under which rules, for which failure. */
export function actionsPage(): Generated {
  const lines = [
    `<!-- ${MARK} -->`,
    '# Actions',
    '',
    'A reasoner answers with actions of this catalogue and with nothing else: no YAML, no path of a file, no text of a pull request. Every value in one is a constant of the catalogue, a bounded number, an earlier value from Git, or a name that exists; everything else is dropped before a plan is made.',
    '',
    '## The catalogue',
    '',
    '| action | what it is for | tier | fields | judged by |',
    '|---|---|---|---|---|',
    ...ACTION_NAMES.filter((name) => name !== 'abstain').map((name) => `| \`${name}\` | ${describe(name).join(' | ')} | ${JUDGED_BY[name].join(', ')} |`),
    '| `abstain` | hands the case to a person, with what to look at | – | – | – |',
    '',
    'The rules are those of [policies](policies.md); B01–B03, B06, B07, N01 and F01–F10 judge every action.',
    '',
    '## What is tried for which failure',
    '',
    'Rules try these in the order that the case suggests, the change in Git first. A class without any is always for a person.',
    '',
    '| class | what fails | actions |',
    '|---|---|---|',
    ...FAILURE_CLASS_NAMES.map((name) => `| \`${name}\` | ${failureClasses[name].title} | ${classActions[name].map((action) => `\`${action}\``).join(', ') || 'none'} |`),
  ];
  return new Map([['docs/actions.md', `${lines.join('\n')}\n`]]);
}

function describe(name: Exclude<ActionName, 'abstain'>): readonly string[] {
  if (!isField(name)) return TITLES[name];
  const { title, tier, sets, removes = [] }: FieldActionFacts = fieldActions[name];
  const fields = sets.flatMap(({ kinds, paths }) => paths.map((path) => `\`${path}\`${kinds.length < 4 ? ` of ${kinds.join(', ')}` : ''}`)).join('<br>');
  const out = removes.flatMap(({ paths }) => paths.map((path) => `\`${path}\``)).join(', ');
  return [title, tier, out === '' ? fields : `${fields}<br>may take out ${out}`];
}

function isField(name: string): name is FieldActionName {
  return (FIELD_ACTION_NAMES as readonly string[]).includes(name);
}
