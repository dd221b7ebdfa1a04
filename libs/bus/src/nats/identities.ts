import { renderTime, type Instant } from '@fleetmend/kernel';
import { decode, encodeAccount, encodeOperator, encodeUser, fmtCreds, type Account } from '@nats-io/jwt';
import { createAccount, createOperator, createUser, fromSeed, type KeyPair } from '@nats-io/nkeys';
import type { NatsPermissions } from './permissions.ts';

/**
 * Identities in NATS' decentralised form: an operator signs accounts, an account signs users, and a server that trusts the operator
 * needs no list of users. Source: the NATS documentation on JWT authentication, and the claims of nats-io/jwt 2.
 */

/** The keys of one Fleetmend bus. Whoever has `operatorSeed` or `accountSeed` can make identities: keep them offline. */
export interface BusKeys {
  readonly operatorSeed: string;
  readonly operatorJwt: string;
  readonly accountSeed: string;
  readonly accountJwt: string;
  readonly systemJwt: string;
  /** `.creds` of the one who may hand new account claims to running servers. */
  readonly systemCreds: string;
}

/** A user that was made: what it proves itself with, and what it is revoked by. */
export interface IssuedIdentity {
  /** The text of a `.creds` file. Secret. */
  readonly creds: string;
  readonly publicKey: string;
}

const NO_LIMIT = -1;
const LIMITS = { conn: NO_LIMIT, subs: NO_LIMIT, data: NO_LIMIT, payload: NO_LIMIT, imports: NO_LIMIT, exports: NO_LIMIT, leaf: NO_LIMIT, wildcards: true } as const;
const STORAGE = { mem_storage: NO_LIMIT, disk_storage: NO_LIMIT, streams: NO_LIMIT, consumer: NO_LIMIT } as const;

/** Makes an operator with one account for Fleetmend and one for the servers themselves. */
export async function createBusKeys(): Promise<BusKeys> {
  const [operator, account, system, administrator] = [createOperator(), createAccount(), createAccount(), createUser()];
  const systemJwt = await encodeAccount('SYS', system, { limits: { ...LIMITS } }, { signer: operator });
  return {
    operatorSeed: seedOf(operator),
    operatorJwt: await encodeOperator('fleetmend', operator, { system_account: system.getPublicKey() }),
    accountSeed: seedOf(account),
    accountJwt: await encodeAccount('FLEETMEND', account, { limits: { ...LIMITS, ...STORAGE } }, { signer: operator }),
    systemJwt,
    systemCreds: credsOf(await encodeUser('administrator', administrator, system, {}), administrator),
  };
}

/** A user of the account with these permissions and no others. */
export async function issueIdentity({ name, accountSeed, permissions, expires }: { readonly name: string; readonly accountSeed: string; readonly permissions: NatsPermissions; readonly expires?: Instant | undefined }): Promise<IssuedIdentity> {
  const user = createUser();
  const may = { pub: { allow: [...permissions.publish] }, sub: { allow: [...permissions.subscribe] } };
  const jwt = await encodeUser(name, user, readKey(accountSeed), may, expires === undefined ? {} : { exp: Math.floor(expires / 1000) });
  return { creds: credsOf(jwt, user), publicKey: user.getPublicKey() };
}

/** The account's claims with one more user revoked: whatever was issued to that key up to `at` counts no more. */
export async function revokeIdentity({ accountJwt, operatorSeed, publicKey, at }: { readonly accountJwt: string; readonly operatorSeed: string; readonly publicKey: string; readonly at: Instant }): Promise<string> {
  const { name, sub, nats } = decode<Account>(accountJwt);
  const revocations = { ...nats.revocations, [publicKey]: Math.ceil(at / 1000) };
  return encodeAccount(name, sub, { ...nats, revocations }, { signer: readKey(operatorSeed) });
}

/** What a nats-server needs to trust these keys; the resolver takes new account claims while the server runs. */
export function renderServerAuth({ operatorJwt, accountJwt, systemJwt }: BusKeys, { resolverDir }: { readonly resolverDir: string }): string {
  const [account, system] = [decode(accountJwt).sub, decode(systemJwt).sub];
  return [
    '# Include this file in the configuration of every nats-server: `include nats-auth.conf`.',
    `operator: ${operatorJwt}`,
    `system_account: ${system}`,
    `resolver: { type: full, dir: "${resolverDir}", allow_delete: false, interval: "2m" }`,
    'resolver_preload: {',
    `  ${account}: ${accountJwt}`,
    `  ${system}: ${systemJwt}`,
    '}',
    '',
  ].join('\n');
}

/** The same, with newer claims of the account: a server that starts with an empty resolver trusts what is preloaded. */
export function withAccountClaims(serverAuth: string, accountJwt: string): string {
  const { sub } = decode(accountJwt);
  return serverAuth.split('\n').map((line) => (line.startsWith(`  ${sub}: `) ? `  ${sub}: ${accountJwt}` : line)).join('\n');
}

/** Since when, and until when, an identity counts; for people. */
export function describeIdentity(creds: string): { readonly name: string; readonly publicKey: string; readonly issued: string; readonly expires: string | undefined } {
  const [, jwt = ''] = /-----BEGIN NATS USER JWT-----\s*(\S+)/.exec(creds) ?? [];
  const { name, sub, iat, exp } = decode(jwt);
  return { name, publicKey: sub, issued: renderTime(iat * 1000), expires: exp === undefined ? undefined : renderTime(exp * 1000) };
}

const seedOf = (pair: KeyPair): string => new TextDecoder().decode(pair.getSeed());
const readKey = (seed: string): KeyPair => fromSeed(new TextEncoder().encode(seed.trim()));
const credsOf = (jwt: string, user: KeyPair): string => new TextDecoder().decode(fmtCreds(jwt, user));
