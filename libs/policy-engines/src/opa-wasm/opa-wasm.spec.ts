import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GateDecision } from '@fleetmend/plugin-api';
import { aGateInput } from '@fleetmend/plugin-api/conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHIPPED, writeBundle } from './bundle-fixture.ts';
import { OpaWasmConfig, type OpaWasmEngine, startOpaWasm } from './opa-wasm.ts';

const log = { info: () => {}, warn: () => {} };
const YES: GateDecision = { allow: true, tier: 'T1', violations: [], warnings: [], requires: { approvals: 1, priorApproval: false, reviewers: [], labels: [] } };

let dir: string;
let started: OpaWasmEngine[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-policy-'));
  started = [];
});
afterEach(async () => {
  for (const engine of started) await engine.close();
  rmSync(dir, { recursive: true });
});

async function start(config: Partial<OpaWasmConfig> & { readonly bundle: string }): Promise<OpaWasmEngine> {
  const engine = await startOpaWasm(OpaWasmConfig.parse({ limitMs: 20_000, ...config }), { log });
  started.push(engine);
  return engine;
}

const ask = (engine: OpaWasmEngine): Promise<GateDecision> => engine.evaluate(aGateInput(engine.active()));

describe('a bundle', () => {
  it('is read from a .tar.gz as from a directory, and is the same one', async () => {
    const archive = join(dir, 'bundle.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', SHIPPED, '.manifest', 'data.json', 'policy.wasm']);
    const [packed, unpacked] = [await start({ bundle: archive }), await start({ bundle: SHIPPED })];
    expect(packed.active()).toEqual(unpacked.active());
    expect((await ask(packed)).allow).toBe(true);
  });

  it('is accepted by its digest, and refused by any other', async () => {
    const { digest } = (await start({ bundle: SHIPPED })).active();
    expect((await start({ bundle: SHIPPED, digest })).active().digest).toBe(digest);
    await expect(start({ bundle: SHIPPED, digest: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({ reason: 'BundleUnusable', message: expect.stringContaining(`its digest is ${digest}`) });
  });

  it('has another digest under other limits, and judges by them', async () => {
    const usual = await start({ bundle: SHIPPED });
    const strict = await start({ bundle: SHIPPED, limits: { resources: { max: { memory: 100_000_000 } } } });
    expect(strict.active().digest).not.toBe(usual.active().digest);
    expect((await ask(usual)).allow).toBe(true);
    expect((await ask(strict)).violations).toMatchObject([{ id: 'R03' }]);
  });

  const unusable: Readonly<Record<string, { readonly make: () => Promise<string> | string; readonly says: RegExp }>> = {
    'that is not there': { make: () => join(dir, 'absent'), says: /absent can not be used: .*ENOENT.*name a directory or \.tar\.gz/s },
    'without its wasm': { make: () => copyWithout('policy.wasm'), says: /policy\.wasm.*name a directory/s },
    'without a manifest': { make: () => copyWithout('.manifest'), says: /\.manifest/ },
    'whose manifest is no JSON': { make: () => copyWith('.manifest', 'revision: 1'), says: /\.manifest: .*build it again/s },
    'whose data is not ours': { make: () => copyWith('data.json', '{}'), says: /data\.json is not as expected: remediation/ },
    'whose wasm is another one': { make: () => copyWith('policy.wasm', 'x'), says: /policy\.wasm is not the one that its manifest names; take both files from the same build/ },
    'whose data was edited by hand': { make: () => copyWith('data.json', readFileSync(join(SHIPPED, 'data.json'), 'utf8').replace('"maxGrowth":2', '"maxGrowth":9')), says: /data\.json is not the one.*change limits in the configuration/ },
    'whose archive is cut off': { make: () => cutArchive(), says: /cut\.tar\.gz can not be used/ },
    'whose archive is cut off inside a file': { make: () => cutTar(), says: /the archive is cut off or damaged/ },
    'whose wasm does not compile': { make: () => brokenWasm(), says: /policy\.wasm: .*WebAssembly/s },
    'that needs a built-in which is not there': { make: () => writeBundle(join(dir, 'needy'), { builtins: { 'http.send': 0, sprintf: 1 }, answer: { results: [{ result: YES }] } }), says: /built-in functions that are not here: http\.send; compile it with policies\/capabilities\.json/ },
    'without our entrypoint': { make: () => writeBundle(join(dir, 'other'), { entrypoints: { 'main/allow': 0 }, answer: { results: [] } }), says: /no entrypoint remediation\/gate\/decision, only main\/allow/ },
  };
  it.each(Object.entries(unusable))('%s ends the start with what, which and the next step', async (_, { make, says }) => {
    const bundle = await make();
    const failure = start({ bundle });
    await expect(failure).rejects.toMatchObject({ name: 'PermanentError', reason: 'BundleUnusable', message: expect.stringMatching(says) });
    await expect(failure).rejects.toThrow(bundle);
  });

  it.each([
    [{ maxGrowth: 3 }, 'limits.maxGrowth does not exist'],
    [{ resources: { growth: 3 } }, 'limits.resources.growth does not exist'],
    [{ allowedKinds: 'v1/Secret' }, 'limits.allowedKinds has to be of the form'],
    [{ replicas: { max: '9' } }, 'limits.replicas.max has to be of the form'],
  ])('under the limits %j is refused, because no rule would read them', async (limits, message) => {
    await expect(start({ bundle: SHIPPED, limits })).rejects.toThrow(message);
  });
});

describe('a decision', () => {
  const no: Readonly<Record<string, { readonly results: unknown; readonly says: RegExp }>> = {
    'is no when the entrypoint is undefined': { results: [], says: /no answer for this input/ },
    'is no when it has another shape': { results: [{ result: { allow: true } }], says: /not a decision/ },
    'is no when it is a bare yes': { results: [{ result: true }], says: /not a decision/ },
    'is no when there are two': { results: [{ result: YES }, { result: YES }], says: /not a decision/ },
    'is no when a time in it is none': { results: [{ result: { ...YES, violations: [{ id: 'F03', class: 'Deferred', message: 'x', notBefore: 'monday' }] } }], says: /not a decision/ },
  };
  it.each(Object.entries(no))('%s', async (_, { results, says }) => {
    const decision = await ask(await start({ bundle: writeBundle(dir, { answer: { results } }) }));
    expect(decision).toMatchObject({ allow: false, tier: 'T3', violations: [{ id: 'E01', class: 'Unsafe', message: expect.stringMatching(says) }] });
  });

  it('is no when the policy says yes and names a violation', async () => {
    const both = { ...YES, violations: [{ id: 'S01', class: 'Unsafe', message: 'privileged' }] };
    expect((await ask(await start({ bundle: writeBundle(dir, { answer: { results: [{ result: both }] } }) }))).allow).toBe(false);
  });

  it('is no when the policy traps, again and again', async () => {
    const engine = await start({ bundle: writeBundle(dir, { answer: 'traps' }) });
    for (let times = 0; times < 3; times += 1) expect(await ask(engine)).toMatchObject({ allow: false, violations: [{ id: 'E01', message: expect.stringContaining('the policy trapped: unreachable') }] });
  });

  it('is no when the policy never ends, and does not stand in the way of the next bundle', async () => {
    const engine = await start({ bundle: writeBundle(dir, { answer: 'loops' }), limitMs: 1_000 });
    expect(await ask(engine)).toMatchObject({ allow: false, violations: [{ id: 'E01', message: expect.stringContaining('no decision within 1000 ms') }] });
    writeBundle(dir, { answer: { results: [{ result: YES }] } });
    await engine.reload();
    expect(await ask(engine)).toEqual(YES);
  });

  it('is no for an input that can not be handed over', async () => {
    const engine = await start({ bundle: SHIPPED });
    const input = { ...aGateInput(engine.active()), plan: () => 'setResources' };
    expect(await engine.evaluate(input as never)).toMatchObject({ allow: false, violations: [{ id: 'E01' }] });
    expect((await ask(engine)).allow).toBe(true);
  });
});

describe('a reload', () => {
  it('judges by the new bundle from the next question on', async () => {
    const engine = await start({ bundle: writeBundle(dir, { answer: { results: [] } }, 'first') });
    const asked = ask(engine);
    writeBundle(dir, { answer: { results: [{ result: YES }] } }, 'second');
    expect(await engine.reload()).toEqual(engine.active());
    expect(engine.active().revision).toBe('second');
    expect((await asked).violations).toMatchObject([{ message: expect.stringContaining('no answer') }]);
    expect(await ask(engine)).toEqual(YES);
  });

  it('keeps the last good bundle when the new one can not be used', async () => {
    const engine = await start({ bundle: writeBundle(dir, { answer: { results: [{ result: YES }] } }) });
    const before = engine.active();
    writeBundle(dir, { builtins: { 'http.send': 0 }, answer: { results: [{ result: YES }] } }, 'needy');
    await expect(engine.reload()).rejects.toThrow('http.send');
    expect(engine.active()).toEqual(before);
    expect(await ask(engine)).toEqual(YES);
  });
});

function copyWithout(file: string): string {
  cpSync(SHIPPED, dir, { recursive: true });
  rmSync(join(dir, file));
  return dir;
}

function copyWith(file: string, content: string): string {
  cpSync(SHIPPED, dir, { recursive: true });
  writeFileSync(join(dir, file), content);
  return dir;
}

function cutArchive(): string {
  const [whole, cut] = [join(dir, 'whole.tar.gz'), join(dir, 'cut.tar.gz')];
  execFileSync('tar', ['-czf', whole, '-C', SHIPPED, '.manifest', 'data.json', 'policy.wasm']);
  writeFileSync(cut, readFileSync(whole).subarray(0, 5_000));
  return cut;
}

function cutTar(): string {
  const [whole, cut] = [join(dir, 'whole.tar'), join(dir, 'cut.tar')];
  execFileSync('tar', ['-cf', whole, '-C', SHIPPED, '.manifest', 'data.json', 'policy.wasm']);
  writeFileSync(cut, readFileSync(whole).subarray(0, 50_000));
  execFileSync('gzip', [cut]);
  return `${cut}.gz`;
}

function brokenWasm(): string {
  writeBundle(dir, { answer: 'traps' });
  writeFileSync(join(dir, 'policy.wasm'), readFileSync(join(dir, 'policy.wasm')).subarray(0, 100));
  return dir;
}
