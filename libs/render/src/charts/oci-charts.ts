import { parse, PermanentError, sha256 } from '@fleetmend/kernel';
import type { ChartReference } from '@fleetmend/ports';
import { z } from 'zod';
import { shownAddress, type Gate } from './chart-repositories.ts';
import { demandFound, fetchInside, type Answer, type FetchLimits } from './gated-fetch.ts';
import type { PackedChart } from './helm-repository.ts';

/*
 * Sources: OCI Distribution Specification 1.1, "Pulling manifests" and "Pulling blobs"; OCI Image Specification 1.1, "Image Manifest";
 * Helm's documentation, "Use OCI-based registries": the chart is the layer of this media type, and its tag is its version with `_` for `+`.
 * The token handshake is that of the distribution project's "Token Authentication Specification".
 */
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const MANIFEST_BYTES = 4 * 1024 * 1024;

const Manifest = z.object({ layers: z.array(z.object({ mediaType: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) })).default([]) });
const Token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * A chart in a registry: the one layer of its manifest that is one.
 * @throws PermanentError `ChartUnavailable`.
 */
export async function findInRegistry(gate: Gate, { version, digest }: ChartReference, limits: FetchLimits): Promise<PackedChart> {
  const name = gate.base.pathname.slice(1);
  if (!/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/.test(name)) throw new PermanentError('ChartUnavailable', `"${name}" at ${gate.base.host} is no repository that a registry has: its parts are lower case letters, digits, and . _ - between them`);
  const reference = digest ?? version.replaceAll('+', '_');
  if (!/^(?:sha256:[0-9a-f]{64}|[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127})$/.test(reference)) throw new PermanentError('ChartUnavailable', `"${reference}" is no tag that a registry has`);
  const read = reader(gate, limits);
  const at = new URL(`/v2/${name}/manifests/${reference}`, gate.base);
  const answer = await read(at, MANIFEST, MANIFEST_BYTES);
  if (digest !== undefined && sha256(answer.bytes) !== digest) throw new PermanentError('ChartUnavailable', `what ${shownAddress(at.href)} gives out is ${sha256(answer.bytes)}: it was changed on the way, or at the registry`);
  const { layers } = parse(Manifest, readJson(answer.bytes, at), `the manifest ${shownAddress(at.href)}`);
  const [layer, ...others] = layers.filter(({ mediaType }) => mediaType === CHART);
  if (!layer || others.length > 0) throw new PermanentError('ChartUnavailable', `${shownAddress(at.href)} has ${layers.length} layers, of ${layers.map(({ mediaType }) => mediaType).join(', ') || 'no kind'}: a chart is the one of ${CHART}; push it with helm push`);
  return {
    digest: layer.digest,
    download: async () => (await read(new URL(`/v2/${name}/blobs/${layer.digest}`, gate.base), '*/*', limits.maxBytes)).bytes,
  };
}

/** Reads from one registry, with a token where it asks for one. */
function reader(gate: Gate, limits: FetchLimits): (url: URL, accept: string, maxBytes: number) => Promise<Answer> {
  let { authorization } = gate;
  return async (url, accept, maxBytes) => {
    const get = () => fetchInside(gate, url, { limits: { ...limits, maxBytes }, headers: { accept, ...(authorization === undefined ? {} : { authorization }) } });
    let answer = await get();
    const challenge = answer.status === 401 ? readChallenge(answer.headers.get('www-authenticate')) : undefined;
    if (challenge !== undefined) {
      authorization = `Bearer ${await getToken(gate, challenge, limits)}`;
      answer = await get();
    }
    demandFound(answer, url);
    return answer;
  };
}

/** `Bearer realm="https://auth.example.org/token",service="…",scope="…"` as the address to ask; undefined for any other way. */
function readChallenge(header: string | null): URL | undefined {
  if (header === null || !/^bearer /i.test(header)) return undefined;
  const given = new Map([...header.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key.toLowerCase(), value]));
  const realm = given.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  for (const [key, value] of given) if (key === 'service' || key === 'scope') url.searchParams.set(key, value);
  return url;
}

/** The token server is named by the registry, so it has to lie on a host that the config allows before anything secret is sent there. */
async function getToken(gate: Gate, url: URL, limits: FetchLimits): Promise<string> {
  const answer = await fetchInside(gate, url, { limits: { ...limits, maxBytes: MANIFEST_BYTES }, headers: gate.authorization === undefined ? {} : { authorization: gate.authorization } });
  demandFound(answer, url);
  const { token, access_token } = parse(Token, readJson(answer.bytes, url), `the token of ${shownAddress(url.href)}`);
  const given = token ?? access_token;
  if (given === undefined) throw new PermanentError('ChartUnavailable', `${shownAddress(url.href)} answers without a token`);
  return given;
}

function readJson(bytes: Buffer, url: URL): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new PermanentError('ChartUnavailable', `${shownAddress(url.href)} answers with something that is no JSON`, { cause: error });
  }
}
