import { PermanentError, seconds } from '@fleetmend/kernel';
import { inboxPrefix } from '../subjects.ts';
import { keepConnected, type NatsOptions } from './connection.ts';

const ANSWER = seconds(5);
const SUBJECT = '$SYS.REQ.CLAIMS.UPDATE';

/**
 * Hands new claims of an account to the servers that run, as the administrator of the system account. They take effect at once:
 * a revoked user is disconnected and not let in again.
 * @throws PermanentError `BusUnreachable`, `ClaimsRefused`
 */
export async function pushAccount(options: NatsOptions, accountJwt: string): Promise<void> {
  const connection = keepConnected(options, { name: 'fleetmend-admin', inboxPrefix: inboxPrefix('admin') });
  const waited = new AbortController();
  const late = options.clock.sleep(ANSWER, waited.signal).then(() => {
    throw new PermanentError('BusUnreachable', `no NATS server at ${options.servers.join(', ')} takes the administrator's credentials: check the address, and that the server includes nats-auth.conf of these keys`);
  });
  late.catch(() => undefined);
  try {
    const client = await Promise.race([connection.ready(), late]);
    const reply = await client.request(SUBJECT, new TextEncoder().encode(accountJwt), { timeout: ANSWER });
    const { data, error } = JSON.parse(reply.string()) as { readonly data?: { readonly code?: number }; readonly error?: { readonly description?: string } };
    if (error || data?.code !== 200) throw new PermanentError('ClaimsRefused', `the NATS server did not take the account's new claims: ${error?.description ?? reply.string()}; check that its resolver is of type full`);
  } finally {
    waited.abort(new Error('done'));
    await connection.close();
  }
}
