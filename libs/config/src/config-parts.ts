import { parseDuration, type Duration } from '@fleetmend/kernel';
import { z } from 'zod';

const DURATION = /^(?=.)(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;

/** A duration as people write it (`5m`, `1h30m`), read as milliseconds. */
export const duration = () =>
  z
    .string()
    .regex(DURATION, 'write a duration with units d, h, m, s or ms, for example 5m or 1h30m')
    .meta({ format: 'duration' })
    .transform((text): Duration => parseDuration(text));

/** Where a secret is read from. It never stands in the file itself. */
export const SecretRef = z
  .union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], { error: 'a secret never stands in this file: write {env: NAME} or {file: PATH}' })
  .meta({ format: 'secret' });
export type SecretRef = z.infer<typeof SecretRef>;

export const Kubernetes = z
  .strictObject({
    kubeconfig: z.array(z.string().min(1)).default([]).describe('Kubeconfig files, the first wins where two name the same entry. Empty: the ServiceAccount of the pod.'),
    context: z.string().min(1).optional().describe('Context of those files. Absent: the current one.'),
  })
  .prefault({});

export const Bus = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('in-process') }),
    z.strictObject({
      kind: z.literal('nats'),
      servers: z.array(z.string().min(1)).min(1).describe('Addresses of the NATS servers: `tls://nats.example.org:4222`.'),
      credentials: SecretRef.optional().describe('Content of a `.creds` file (JWT and seed). It, `nkey`, `token`, or `user` with `password`: one of them, or none.'),
      nkey: SecretRef.optional().describe('Seed of an NKEY.'),
      token: SecretRef.optional().describe('A plain token.'),
      user: z.string().min(1).optional().describe('User name, with `password`.'),
      password: SecretRef.optional().describe('Password of `user`.'),
      tls: z
        .strictObject({ caFile: z.string().min(1).optional(), certFile: z.string().min(1).optional(), keyFile: z.string().min(1).optional() })
        .optional()
        .describe('PEM files, where the system does not know the authority of the servers, or they ask for a client certificate.'),
    }),
  ])
  .describe('The courier between agents and hub: `in-process` (everything in one process) or `nats`.');

export const Log = z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least level that is logged.') }).prefault({});

export const Profile = z.enum(['production', 'sandbox']).default('production').describe('Which set of times is the default: `production`, or `sandbox` for a person who watches.');
