import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BUNDLE, POLICIES, bundleSources, sourcesDigest } from './sources.ts';

const ENTRYPOINT = 'remediation/gate/decision';
const FILES = ['.manifest', 'data.json', 'policy.wasm'] as const;

export interface BuildOptions {
  /** The `opa` binary, version 1.22.2: another one compiles to other bytes. */
  readonly opa: string;
  /** Compare with what is there instead of writing. */
  readonly check?: boolean;
  /** A folder of `.rego` files with packages directly below `remediation.custom`, compiled in as well. */
  readonly custom?: string;
  /** Where the bundle goes; the committed one by default. */
  readonly out?: string;
}

export interface BuildResult {
  /** Digest of the sources, which is the bundle's revision. */
  readonly revision: string;
  /** Files that are not there, or hold other bytes than a build of the sources gives. Empty unless `check`. */
  readonly stale: readonly string[];
}

/**
 * Compiles the rules into the bundle that the hub loads: the gate as WebAssembly, the data, and a manifest that names the
 * digest of each. The same sources and the same `opa` always give the same bytes.
 * @throws Error with what `opa` printed, when the rules do not compile.
 */
export function buildBundle({ opa, check = false, custom, out = BUNDLE }: BuildOptions): BuildResult {
  const work = mkdtempSync(join(tmpdir(), 'policy-bundle-'));
  try {
    const sources = join(work, 'sources');
    for (const file of bundleSources()) copy(join(POLICIES, file), join(sources, file));
    if (custom !== undefined) copyCustom(custom, join(sources, 'remediation', 'custom'));
    const revision = sourcesDigest(sources);
    writeFileSync(join(sources, '.manifest'), JSON.stringify({ revision, roots: ['remediation'] }));
    const archive = join(work, 'bundle.tar.gz');
    execFileSync(opa, ['build', '-t', 'wasm', '-e', ENTRYPOINT, '--capabilities', 'capabilities.json', '--ignore', '*_test.rego', '-b', '.', '-o', archive], {
      // The names of the sources become part of the wasm: relative ones are the same on every machine.
      cwd: sources,
      stdio: 'pipe',
    });
    const built = join(work, 'built');
    mkdirSync(built);
    execFileSync('tar', ['-xzf', archive, '-C', built, ...FILES.map((file) => `/${file}`)], { stdio: 'pipe' });
    writeFileSync(join(built, '.manifest'), withDigests(built));
    const stale = FILES.filter((file) => !existsSync(join(out, file)) || !readFileSync(join(out, file)).equals(readFileSync(join(built, file))));
    if (!check) for (const file of stale) copy(join(built, file), join(out, file));
    return { revision, stale: check ? stale : [] };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @throws Error for a package that the gate would not ask: it asks those directly below `remediation.custom`. */
function copyCustom(from: string, to: string): void {
  for (const file of readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rego'))) {
    const name = /^package\s+(\S+)/m.exec(readFileSync(join(from, file), 'utf8'))?.[1] ?? '(none)';
    if (!/^remediation\.custom\.\w+$/.test(name)) throw new Error(`${join(from, file)} is package ${name}: name it remediation.custom.<word>, or the gate will not ask it`);
    if (!file.endsWith('_test.rego')) copy(join(from, file), join(to, file));
  }
}

/** OPA's own manifest, with the digests by which the hub notices files of two builds in one folder. */
function withDigests(built: string): string {
  const manifest = JSON.parse(readFileSync(join(built, '.manifest'), 'utf8')) as Record<string, unknown>;
  const digest = (file: string): string => `sha256:${createHash('sha256').update(readFileSync(join(built, file))).digest('hex')}`;
  const metadata = { name: 'remediation', wasm: digest('policy.wasm'), data: digest('data.json') };
  return `${JSON.stringify({ ...manifest, metadata }, undefined, 2)}\n`;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, readFileSync(from));
}

// `node policies/build.ts [path of opa]` writes the committed bundle.
if (import.meta.main) {
  const { revision } = buildBundle({ opa: process.argv[2] ?? 'opa' });
  process.stdout.write(`policies/bundle is at ${revision}\n`);
}
