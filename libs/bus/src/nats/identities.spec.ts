import { decode, type Account, type User } from '@nats-io/jwt';
import { beforeAll, describe, expect, it } from 'vitest';
import { createBusKeys, describeIdentity, issueIdentity, renderServerAuth, revokeIdentity, type BusKeys } from './identities.ts';
import { agentPermissions, dryRunPermissions } from './permissions.ts';

let keys: BusKeys;
beforeAll(async () => {
  keys = await createBusKeys();
});
const agent = (cluster: string, expires?: number) => issueIdentity({ name: cluster, accountSeed: keys.accountSeed, permissions: agentPermissions(cluster), expires });
const claimsOf = (creds: string) => decode<User>(/-----BEGIN NATS USER JWT-----\s*(\S+)/.exec(creds)?.[1] ?? '');

describe("an agent's identity", () => {
  it('may speak under the name of its own cluster, and hear what is meant for it, and nothing else', async () => {
    const { creds, publicKey } = await agent('prod-1');
    const { sub, iss, nats } = claimsOf(creds);
    expect([sub, iss]).toEqual([publicKey, decode(keys.accountJwt).sub]);
    expect(nats.pub?.allow).toEqual(['fail.v1.prod-1.>', 'hb.v1.prod-1.>', 'ans.v1.prod-1.>']);
    expect(nats.sub?.allow).toEqual(['ask.v1.prod-1.>', '_INBOX.prod-1.>']);
  });

  it('of a dry-run process hears one question and answers it: it is no agent', () => {
    expect(dryRunPermissions('prod-1')).toEqual({ publish: ['dryans.v1.prod-1.>'], subscribe: ['dry.v1.prod-1.ask', '_INBOX.prod-1-dry-run.>'] });
  });

  it('is another one each time, and says until when it counts', async () => {
    const [first, second] = [await agent('prod-1'), await agent('prod-1', 1_800_000_000_000)];
    expect(first.publicKey).not.toBe(second.publicKey);
    expect([describeIdentity(first.creds).expires, describeIdentity(second.creds).expires]).toEqual([undefined, '2027-01-15T08:00:00Z']);
  });
});

it('revokes one key, keeps the earlier ones revoked, and changes nothing else of the account', async () => {
  const first = await revokeIdentity({ accountJwt: keys.accountJwt, operatorSeed: keys.operatorSeed, publicKey: 'UA', at: 1_000 });
  const both = decode<Account>(await revokeIdentity({ accountJwt: first, operatorSeed: keys.operatorSeed, publicKey: 'UB', at: 2_500 }));
  const before = decode<Account>(keys.accountJwt);
  expect(both.nats.revocations).toEqual({ UA: 1, UB: 3 });
  expect([both.sub, both.iss, both.nats.limits]).toEqual([before.sub, before.iss, before.nats.limits]);
});

it('tells a server whom to trust without any seed', () => {
  const text = renderServerAuth(keys, { resolverDir: '/var/lib/nats/jwt' });
  expect(text).toContain(keys.accountJwt);
  expect(text).not.toMatch(/\bS[OAU][A-Z2-7]{50,}/);
});
