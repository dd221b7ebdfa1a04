import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PermanentError, digestOf, messageOf, parse, sha256 } from '@fleetmend/kernel';
import type { BundleInfo } from '@fleetmend/model';
import { z } from 'zod';
import { SIGNATURES, checkSignature, type TrustedKey } from './signature.ts';
import { readTarGz } from './tar.ts';

export const ENTRYPOINT = 'remediation/gate/decision';

const MAX_BYTES = 32 * 1024 * 1024;

/** What `opa build` writes as `.manifest`, and the digests that `policies/build.ts` adds. */
const Manifest = z.object({
  revision: z.string().min(1).max(128),
  wasm: z.array(z.object({ entrypoint: z.string(), module: z.string() })).min(1),
  metadata: z.object({ name: z.string().max(63).optional(), wasm: z.string().optional(), data: z.string().optional() }).optional(),
});

const Data = z.object({ remediation: z.looseObject({ limits: z.record(z.string(), z.unknown()) }) });

/** A bundle that is whole: everything that a decision depends on, and the digest over exactly that. */
export interface Bundle {
  readonly info: BundleInfo;
  readonly wasm: Uint8Array;
  readonly data: z.infer<typeof Data>;
}

export interface BundleSource {
  /** A directory that holds `policy.wasm`, `data.json` and `.manifest`, or a `.tar.gz` of them. */
  readonly path: string;
  /** Refuses any other bundle, if given. */
  readonly digest?: string | undefined;
  /** Laid over `remediation.limits`: maps are merged, everything else is replaced. Counts in the digest. */
  readonly limits?: Readonly<Record<string, unknown>> | undefined;
  /** Refuses a bundle that is not signed with this key, if given. */
  readonly trusted?: TrustedKey | undefined;
}

/**
 * Reads a bundle and checks that it is whole. The digest is over the wasm and the data as they will judge, so that equal
 * digests mean equal decisions, wherever the bundle was read from.
 * @throws PermanentError `BundleUnusable`, saying which file is wrong and what to do.
 */
export function readBundle({ path, digest, limits, trusted }: BundleSource): Bundle {
  const files = readFiles(path);
  if (trusted !== undefined) checkSigned(path, files, trusted);
  const manifest = read(path, '.manifest', () => parse(Manifest, json(files, '.manifest'), '.manifest'));
  const data = read(path, 'data.json', () => merge(parse(Data, json(files, 'data.json'), 'data.json'), limits));
  const wasm = read(path, 'policy.wasm', () => needed(files, 'policy.wasm'));
  if (!manifest.wasm.some(({ entrypoint }) => entrypoint === ENTRYPOINT)) {
    throw unusable(path, `its manifest has no entrypoint ${ENTRYPOINT}`, `compile it with \`opa build -t wasm -e ${ENTRYPOINT}\``);
  }
  const said = manifest.metadata;
  if (said?.wasm !== undefined && said.wasm !== sha256(wasm)) throw unusable(path, 'policy.wasm is not the one that its manifest names', 'take both files from the same build');
  if (said?.data !== undefined && said.data !== sha256(needed(files, 'data.json'))) {
    throw unusable(path, 'data.json is not the one that its manifest names', 'change limits in the configuration, or build the bundle again');
  }
  const info = { name: said?.name ?? 'remediation', revision: manifest.revision, digest: digestOf({ wasm: sha256(wasm), data, entrypoint: ENTRYPOINT }) };
  if (digest !== undefined && digest !== info.digest) {
    throw unusable(path, `its digest is ${info.digest}, but ${digest} is configured`, 'configure the digest of the bundle that was reviewed, or put that bundle back');
  }
  return { info, wasm, data };
}

/** @returns the error of a bundle that can not judge; `next` is what the reader should do. */
export function unusable(path: string, why: string, next: string): PermanentError {
  return new PermanentError('BundleUnusable', `policy bundle ${path} can not be used: ${why}; ${next}`);
}

function readFiles(path: string): ReadonlyMap<string, Uint8Array> {
  try {
    if (!statSync(path).isDirectory()) return readTarGz(readFileSync(path), MAX_BYTES);
    const signed = existsSync(join(path, SIGNATURES)) ? [SIGNATURES] : [];
    return new Map(['.manifest', 'data.json', 'policy.wasm', ...signed].map((name) => [name, readFileSync(join(path, name))]));
  } catch (error) {
    throw unusable(path, messageOf(error), 'name a directory or .tar.gz that holds .manifest, data.json and policy.wasm');
  }
}

/** Before anything of it is looked at: what nobody signed has nothing to say. */
function checkSigned(path: string, files: ReadonlyMap<string, Uint8Array>, trusted: TrustedKey): void {
  try {
    checkSignature(files, trusted);
  } catch (error) {
    throw unusable(path, messageOf(error), 'or take away the publicKey of the policy engine to judge with bundles that nobody signed');
  }
}

function read<T>(path: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unusable(path, `${file}: ${messageOf(error)}`, 'build it again with `npm run generate`, or take it from the release');
  }
}

function needed(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw new Error('the file is missing');
  return bytes;
}

function json(files: ReadonlyMap<string, Uint8Array>, name: string): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(needed(files, name)));
}

function merge(data: z.infer<typeof Data>, limits: Readonly<Record<string, unknown>> = {}): z.infer<typeof Data> {
  return { ...data, remediation: { ...data.remediation, limits: overlay(data.remediation.limits, limits, 'limits') } };
}

/** @throws Error for a limit that no rule reads, or of another form: a typing error must not pass as a setting. */
function overlay(known: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>, where: string): Record<string, unknown> {
  const result = { ...known };
  for (const [name, value] of Object.entries(given)) {
    const before = known[name];
    if (before === undefined) throw new Error(`${where}.${name} does not exist; there are ${Object.keys(known).join(', ')}`);
    if (form(before) !== form(value)) throw new Error(`${where}.${name} has to be of the form ${JSON.stringify(before)}`);
    result[name] = isRecord(before) && isRecord(value) ? overlay(before, value, `${where}.${name}`) : value;
  }
  return result;
}

function form(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
