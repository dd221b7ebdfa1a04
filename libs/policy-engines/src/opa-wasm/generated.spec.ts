import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sha256 } from '@fleetmend/kernel';
import { ACTION_NAMES } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { BUNDLE, POLICIES, bundleSources, sourcesDigest } from '../../../../policies/sources.ts';
import { WORKER_FILE, renderWorker } from '../../generate-worker.ts';
import { readBundle } from './bundle.ts';

const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(join(BUNDLE, '.manifest'), 'utf8'));
const namesIn = (file: string): readonly string[] => JSON.parse(readFileSync(file, 'utf8')).builtins.map(({ name }: { name: string }) => name);

describe('the committed bundle', () => {
  it('was built from the rules as they are now', () => {
    expect(manifest.revision, 'policies/bundle is stale: run `node policies/build.ts [path of opa]` and commit the bundle').toBe(sourcesDigest());
  });

  it('holds the wasm and the data that its manifest names', () => {
    expect(manifest.metadata).toEqual({ name: 'remediation', wasm: sha256(readFileSync(join(BUNDLE, 'policy.wasm'))), data: sha256(readFileSync(join(BUNDLE, 'data.json'))) });
  });

  it('tells its revision and its digest', () => {
    expect(readBundle({ path: BUNDLE }).info).toEqual({ name: 'remediation', revision: sourcesDigest(), digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  });

  it('is compiled from every rule, and from no test', () => {
    const rules = readdirSync(join(POLICIES, 'remediation'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.rego'));
    expect(bundleSources().filter((file) => file.endsWith('.rego'))).toHaveLength(rules.filter((file) => !file.endsWith('_test.rego')).length);
    expect(bundleSources().some((file) => file.includes('_test'))).toBe(false);
  });
});

describe('the rules', () => {
  it('say which fields each action of the catalogue may change', () => {
    const { catalogue } = JSON.parse(readFileSync(join(BUNDLE, 'data.json'), 'utf8')).remediation;
    expect(Object.keys(catalogue.open).sort()).toEqual(ACTION_NAMES.filter((name) => name !== 'abstain').sort());
  });
});

describe('the capabilities', () => {
  const sdk = join(dirname(require.resolve('@open-policy-agent/opa-wasm')), '..', 'capabilities.json');

  it('are no more than the SDK has', () => {
    expect(namesIn(join(POLICIES, 'capabilities.json')).filter((name) => !namesIn(sdk).includes(name))).toEqual([]);
  });

  it('hold nothing by which a decision could differ when it is replayed', () => {
    expect(namesIn(join(POLICIES, 'capabilities.json')).filter((name) => /^(rand|time\.now|http|opa|net\.lookup|uuid)/.test(name))).toEqual([]);
  });
});

describe('the worker', () => {
  it('is the one that its sources give', async () => {
    expect(readFileSync(WORKER_FILE, 'utf8'), 'worker.generated.ts is stale: run `npm run generate`').toBe(await renderWorker());
  });

  it('asks for nothing but Node itself', () => {
    const required = [...readFileSync(WORKER_FILE, 'utf8').matchAll(/require\(\\"([^"\\]+)\\"\)/g)].map(([, name]) => name);
    expect(required).toEqual(['node:worker_threads']);
  });
});
