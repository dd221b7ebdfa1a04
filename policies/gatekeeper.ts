import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { BUNDLE_DIGEST } from '@fleetmend/model';
import { POLICIES } from './sources.ts';

/** Where the generated template is committed. */
export const GATEKEEPER_TEMPLATE = join(POLICIES, 'gatekeeper', 'template.yaml');

/** The packages that `remediation.manifest` needs: their functions, and no input of their own. */
const PACKAGES = ['availability', 'image', 'lib', 'manifest', 'resources', 'security', 'shape'] as const;

/**
 * The rules of `remediation.manifest` as one Gatekeeper ConstraintTemplate. Gatekeeper takes libraries below `lib` only and gives them no
 * data, so packages move there (their files of one package become one), and the limits become a library of constants.
 * It carries the digest of the bundle that it was made with, by which an agent tells the hub what is live in its cluster.
 */
export function renderGatekeeperTemplate(bundle: string): string {
  const limits = parse(readFileSync(join(POLICIES, 'remediation', 'limits', 'data.yaml'), 'utf8')) as Readonly<Record<string, unknown>>;
  const constants = Object.entries(limits).map(([name, value]) => `${name} := ${JSON.stringify(value)}`);
  const libs = [...PACKAGES.map(library), ['package lib.remediation.limits', ...constants].join('\n\n')];
  const template = {
    apiVersion: 'templates.gatekeeper.sh/v1',
    kind: 'ConstraintTemplate',
    metadata: { name: 'fleetmendmanifest', annotations: { description: 'The rules that repairs are judged by, for every object that is admitted.', [BUNDLE_DIGEST]: bundle } },
    spec: {
      crd: { spec: { names: { kind: 'FleetmendManifest' } } },
      targets: [{ target: 'admission.k8s.gatekeeper.sh', code: [{ engine: 'Rego', source: { version: 'v1', rego: ENTRY, libs } }] }],
    },
  };
  return `# Generated from policies/remediation by policies/gatekeeper.ts. Do not edit: run \`npm run generate\`.\n${stringify(template, { lineWidth: 0 })}`;
}

const ENTRY = `package fleetmendmanifest

import data.lib.remediation.manifest

default before := {}

before := input.review.oldObject if is_object(input.review.oldObject)

violation contains {"msg": message, "details": {"id": found.id, "path": found.path}} if {
	some found in manifest.violations(before, input.review.object)
	message := sprintf("%s %s: %s", [found.id, found.path, found.message])
}

violation contains {"msg": "E01: a rule gave no answer"} if {
	not manifest.violations(before, input.review.object)
}
`;

function library(name: string): string {
  const folder = join(POLICIES, 'remediation', name);
  const files = readdirSync(folder).filter((file) => file.endsWith('.rego') && !file.endsWith('_test.rego')).sort();
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  // Comments stay in the sources: an object of the cluster has no room for them.
  const bodies = texts.map((text) => text.replace(/^(package|import) .+$/gm, '').replace(/^\s*#.*\n/gm, '').trim());
  // Gatekeeper follows only what is imported.
  const rules = bodies.join('\n\n').replaceAll('data.remediation.limits.', 'limits.');
  const imported = new Set(texts.flatMap((text) => text.match(/^import .+$/gm) ?? []));
  if (/\blimits\./.test(rules)) imported.add('import data.remediation.limits');
  return [`package remediation.${name}`, [...imported].sort().join('\n'), rules].filter((part) => part !== '').join('\n\n').replaceAll(/^(package |import data\.)remediation\b/gm, '$1lib.remediation');
}
