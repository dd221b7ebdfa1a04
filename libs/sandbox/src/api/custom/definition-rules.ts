import { messageOf } from '@fleetmend/kernel';
import type { KubeObject } from '../../objects.ts';
import type { Draft } from '../cluster.ts';
import { at, isObject, listAt, textAt } from '../json.ts';
import type { KindRules } from '../kind-rules.ts';
import { dnsLabel1035, dnsSubdomain } from '../names.ts';
import { type FieldError, invalidValue, required } from '../refusals.ts';
import { parseJsonPath } from '../tables/json-path.ts';
import { customVersions } from './custom-versions.ts';

/** What the real server does with a CustomResourceDefinition, as far as one storage format goes (no conversion webhooks). */
export const definitionRules: KindRules = {
  generation: true,
  defaults(draft) {
    const spec = draft['spec'];
    if (!isObject(spec)) return;
    const names = isObject(spec['names']) ? spec['names'] : {};
    const kind = textAt(names, 'kind');
    spec['names'] = { ...names, singular: names['singular'] ?? kind.toLowerCase(), listKind: names['listKind'] ?? `${kind}List` };
    spec['conversion'] ??= { strategy: 'None' };
  },
  prepareCreate(draft) {
    draft['status'] = { acceptedNames: { kind: '', plural: '' }, conditions: null, storedVersions: listAt(draft, 'spec', 'versions').filter((version) => version['storage'] === true).map((version) => textAt(version, 'name')) };
  },
  validate: (draft, old) => [...shapeErrors(draft), ...immutableErrors(draft, old), ...ruleErrors(draft), ...columnErrors(draft)],
};

function shapeErrors(draft: Draft): readonly FieldError[] {
  const errors: FieldError[] = [];
  const spec = draft['spec'];
  const group = textAt(spec, 'group');
  const plural = textAt(spec, 'names', 'plural');
  if (draft.metadata.name !== `${plural}.${group}`) errors.push(invalidValue('metadata.name', draft.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  if (group === '') errors.push(required('spec.group'));
  else for (const why of dnsSubdomain(group)) errors.push(invalidValue('spec.group', group, why));
  const scope = textAt(spec, 'scope');
  if (scope === '') errors.push(required('spec.scope'));
  for (const field of ['plural', 'kind'] as const) if (textAt(spec, 'names', field) === '') errors.push(required(`spec.names.${field}`));
  for (const why of dnsLabel1035(plural || 'x')) errors.push(invalidValue('spec.names.plural', plural, why));
  const versions = listAt(spec, 'versions');
  if (versions.filter((version) => version['storage'] === true).length !== 1) errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  versions.forEach((version, index) => {
    if (!isObject(at(version, 'schema', 'openAPIV3Schema'))) errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'));
    else if (textAt(version, 'schema', 'openAPIV3Schema', 'type') !== 'object') errors.push(invalidValue(`spec.versions[${index}].schema.openAPIV3Schema.type`, textAt(version, 'schema', 'openAPIV3Schema', 'type'), 'must be object at the root'));
  });
  return errors;
}

function immutableErrors(draft: Draft, old: KubeObject | undefined): readonly FieldError[] {
  if (!old) return [];
  const paths = [['spec', 'group'], ['spec', 'scope'], ['spec', 'names', 'kind'], ['spec', 'names', 'plural']];
  return paths.filter((path) => textAt(draft, ...path) !== textAt(old, ...path)).map((path) => invalidValue(path.join('.'), textAt(draft, ...path), 'field is immutable'));
}

/** Also true of the real server: a rule that does not compile refuses the definition. */
function ruleErrors(draft: Draft): readonly FieldError[] {
  return customVersions(draft).problems.map(({ field, rule, why }) => invalidValue(`${field}.rule`, rule, `compilation failed: ${why}`));
}

function columnErrors(draft: Draft): readonly FieldError[] {
  return listAt(draft, 'spec', 'versions').flatMap((version, index) =>
    listAt(version, 'additionalPrinterColumns').flatMap((column, position) => {
      const path = textAt(column, 'jsonPath');
      try {
        parseJsonPath(path);
        return [];
      } catch (error) {
        return [invalidValue(`spec.versions[${index}].additionalPrinterColumns[${position}].jsonPath`, path, messageOf(error))];
      }
    }),
  );
}
