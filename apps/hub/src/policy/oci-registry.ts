import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, parse, PermanentError, sha256 } from '@fleetmend/kernel';
import { z } from 'zod';
import { readBody, TIMEOUT, withoutSecrets, withoutUser } from './fetch-parts.ts';

/*
 * Pulls a bundle by digest: OCI Distribution Specification 1.1, "Pulling manifests" and "Pulling blobs"; OCI Image Specification 1.1,
 * "Image Manifest" and "Image Layout"; the token handshake is that of the distribution project's "Token Authentication Specification".
 */

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

const Manifest = z.object({ mediaType: z.string().optional(), layers: z.array(z.object({ mediaType: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), size: z.int() })).optional() });
const Token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

interface Registry {
  readonly read: (kind: 'manifests' | 'blobs', digest: string) => Promise<Uint8Array>;
}

/**
 * The `.tar.gz` that an artifact holds as its one layer, as `oras push` puts it there.
 * @param reference `registry.example.org/policies/remediation@sha256:…`; `http://…` for a registry without TLS, `oci-layout:/path@sha256:…` for
 * an image layout in the hub's own file system.
 * @throws PermanentError `BundleSourceUnsupported`, `BundleUnusable`; anything else is transient.
 */
export async function pullBundle(reference: string, fetch: typeof globalThis.fetch): Promise<Uint8Array> {
  const { place, digest } = readReference(reference);
  const registry = place.startsWith('oci-layout:') ? layout(place.slice('oci-layout:'.length)) : remote(place, fetch);
  const read = async (kind: 'manifests' | 'blobs', wanted: string): Promise<Uint8Array> => {
    const bytes = await registry.read(kind, wanted);
    if (sha256(bytes) !== wanted) throw new PermanentError('BundleUnusable', `what ${show(place)} gives out as ${wanted} is ${sha256(bytes)}: it was changed on the way, or at the registry`);
    return bytes;
  };
  const { layers = [] } = parse(Manifest, JSON.parse(Buffer.from(await read('manifests', digest)).toString('utf8')), `the manifest ${digest} of ${show(place)}`);
  const [layer, ...others] = layers.filter(({ mediaType }) => mediaType === LAYER);
  if (layer === undefined || others.length > 0) {
    throw new PermanentError('BundleUnusable', `${show(place)}@${digest} has ${layers.length} layers, of ${layers.map(({ mediaType }) => mediaType).join(', ') || 'no kind'}: it has to hold one of ${LAYER}; push it with \`oras push REFERENCE bundle.tar.gz:${LAYER}\`, and name the digest of the manifest and not of an index`);
  }
  return read('blobs', layer.digest);
}

function readReference(reference: string): { readonly place: string; readonly digest: string } {
  const [, place, digest] = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(reference) ?? [];
  if (place === undefined || digest === undefined) throw new PermanentError('BundleSourceUnsupported', 'spec.bundle.source.oci has no digest, and a tag can be moved: write it as registry.example.org/policies/remediation@sha256:…');
  return { place, digest };
}

/** An image layout: what is named by a digest lies under that digest. */
function layout(dir: string): Registry {
  if (!existsSync(join(dir, 'oci-layout'))) throw new PermanentError('BundleUnusable', `${dir} is no OCI image layout in the hub's own file system: mount one there, or name a registry`);
  return {
    async read(_, digest) {
      const file = join(dir, 'blobs', 'sha256', digest.slice('sha256:'.length));
      if (!existsSync(file)) throw new PermanentError('BundleUnusable', `the image layout ${dir} does not hold ${digest}`);
      return readFileSync(file);
    },
  };
}

function remote(place: string, fetch: typeof globalThis.fetch): Registry {
  const { origin, name, credentials } = readPlace(place);
  let authorization: string | undefined = credentials;
  const ask = (url: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT) }).catch((error: unknown) => {
      throw new Error(`no bundle from ${withoutSecrets(url)}: ${messageOf(error)}`, { cause: error });
    });
  return {
    async read(kind, digest) {
      const url = `${origin}/v2/${name}/${kind}/${digest}`;
      const headers = { accept: kind === 'manifests' ? MANIFEST : '*/*' };
      let response = await ask(url, { ...headers, ...(authorization === undefined ? {} : { authorization }) });
      const challenge = response.status === 401 ? readChallenge(response.headers.get('www-authenticate')) : undefined;
      if (challenge !== undefined) {
        await response.body?.cancel();
        authorization = `Bearer ${await getToken(challenge, { origin, credentials, ask })}`;
        response = await ask(url, { ...headers, authorization });
      }
      if (!response.ok) throw new Error(`no bundle from ${url}: it answered ${response.status}`);
      return readBody(response, `what ${url} gives out`);
    },
  };
}

function readPlace(place: string): { readonly origin: string; readonly name: string; readonly credentials: string | undefined } {
  const url = /^https?:\/\//.test(place) ? place : `https://${place}`;
  if (!URL.canParse(url)) throw new PermanentError('BundleSourceUnsupported', 'spec.bundle.source.oci is no reference: write it as registry.example.org/policies/remediation@sha256:…');
  const { address, headers } = withoutUser(url);
  const { origin, pathname } = new URL(address);
  const name = pathname.slice(1);
  if (!/^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(name)) throw new PermanentError('BundleSourceUnsupported', `spec.bundle.source.oci names the repository "${name}" at ${origin}, which no registry has: its parts are lower case letters, digits, and . _ - between them`);
  return { origin, name, credentials: headers['authorization'] };
}

interface Challenge {
  readonly realm: string;
  readonly query: readonly (readonly [string, string])[];
}

/** `Bearer realm="https://auth.example.org/token",service="…",scope="…"`; undefined for any other way. */
function readChallenge(header: string | null): Challenge | undefined {
  if (header === null || !/^bearer /i.test(header)) return undefined;
  const given = new Map([...header.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key.toLowerCase(), value]));
  const realm = given.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  return { realm, query: [...given].filter(([key]) => key === 'service' || key === 'scope') };
}

async function getToken({ realm, query }: Challenge, { origin, credentials, ask }: { readonly origin: string; readonly credentials: string | undefined; readonly ask: (url: string, headers: Readonly<Record<string, string>>) => Promise<Response> }): Promise<string> {
  // Whoever answers without TLS could send a password anywhere; a registry with TLS sends it nowhere without.
  if (!realm.startsWith('https://') && !origin.startsWith('http://')) throw new PermanentError('BundleSourceUnsupported', `${origin} wants a token from ${withoutSecrets(realm)}, without TLS: no password is sent there`);
  const url = new URL(realm);
  for (const [key, value] of query) url.searchParams.set(key, value);
  const response = await ask(url.href, credentials === undefined ? {} : { authorization: credentials });
  if (!response.ok) throw new Error(`no token for ${origin} from ${withoutSecrets(realm)}: it answered ${response.status}`);
  const { token, access_token } = parse(Token, await response.json(), `the token of ${withoutSecrets(realm)}`);
  const given = token ?? access_token;
  if (given === undefined) throw new Error(`no token for ${origin} from ${withoutSecrets(realm)}: its answer holds none`);
  return given;
}

function show(place: string): string {
  return place.startsWith('oci-layout:') ? place : withoutSecrets(/^https?:\/\//.test(place) ? place : `https://${place}`);
}
