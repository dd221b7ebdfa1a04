import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { JUDGED_BY } from './generators/actions-page.ts';

const policies = readFileSync(join(import.meta.dirname, '../docs/policies.md'), 'utf8');

it.each(Object.entries(JUDGED_BY))('the rules that judge %s are explained', (_, rules) => {
  expect(rules.length).toBeGreaterThan(0);
  for (const rule of rules) expect(policies).toContain(`| ${rule} |`);
});
