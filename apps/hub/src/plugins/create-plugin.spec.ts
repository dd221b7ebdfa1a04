import { z } from 'zod';
import { expect, it } from 'vitest';
import { createPlugin } from './create-plugin.ts';

const forge = { kind: 'gitea', config: z.strictObject({ url: z.string(), token: z.string().optional() }), create: (config: { readonly url: string; readonly token?: string | undefined }) => config };
const deps = { clock: { now: () => 0, sleep: async () => {} }, fetch, stateDir: '/nowhere', log: { info: () => {}, warn: () => {} } };
const make = (config: { readonly kind: string } & Record<string, unknown>, env = {}) => createPlugin({ where: 'hub.forges.main', config, known: [forge], deps, env });

it('makes a plugin of its checked config, with its secrets put in', async () => {
  expect(await make({ kind: 'gitea', url: 'u', token: { env: 'T' } }, { T: 'abc' })).toEqual({ url: 'u', token: 'abc' });
});

it.each([
  ['an unknown kind, with those that are known', { kind: 'gitee' }, 'UnknownPlugin', /hub\.forges\.main\.kind.*gitee.*known: gitea/],
  ['a key that is missing', { kind: 'gitea' }, 'Malformed', /hub\.forges\.main.*url/],
  ['a key that it does not know', { kind: 'gitea', url: 'u', tokn: 'x' }, 'Malformed', /hub\.forges\.main.*tokn/],
  ['a secret in plain text', { kind: 'gitea', url: 'u', token: 'abc' }, 'SecretInConfig', /hub\.forges\.main\.token/],
  ['a secret that is not set', { kind: 'gitea', url: 'u', token: { env: 'T' } }, 'SecretMissing', /environment variable T/],
])('names %s', async (_name, config, reason, message) => {
  await expect(make(config)).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
});
