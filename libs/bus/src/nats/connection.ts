import { backoff, seconds, type Clock, type Random } from '@fleetmend/kernel';
import { connect, credsAuthenticator, nkeyAuthenticator, tokenAuthenticator, usernamePasswordAuthenticator, type Authenticator, type NatsConnection } from '@nats-io/transport-node';

/** How an identity proves itself to the server. */
export type NatsCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }
  /** The text of a `.creds` file: a user JWT and its seed. */
  | { readonly kind: 'creds'; readonly creds: string }
  | { readonly kind: 'nkey'; readonly seed: string };

export interface NatsOptions {
  /** `nats://host:4222` or `tls://host:4222`. */
  readonly servers: readonly string[];
  readonly credentials: NatsCredentials;
  readonly clock: Clock;
  readonly random: Random;
  /** Paths of PEM files. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string } | undefined;
  /** Told of every failed try to connect, and of what the server tells of. */
  readonly onTrouble?: (error: unknown) => void;
}

/** A connection that is made in the background, and made again for ever. */
export interface LastingConnection {
  /** Resolves as soon as there is one; rejects when closed. */
  ready(): Promise<NatsConnection>;
  close(): Promise<void>;
}

const RETRY = { initial: seconds(1), max: seconds(15) } as const;
const encoder = new TextEncoder();

/** Tries until it succeeds; after that the client itself reconnects, for ever and with jitter (its default is ten tries). */
export function keepConnected(options: NatsOptions, { name, inboxPrefix }: { readonly name: string; readonly inboxPrefix: string }): LastingConnection {
  const over = new AbortController();
  const authenticator = authenticatorOf(options.credentials);

  const once = () =>
    connect({
      servers: [...options.servers],
      name,
      inboxPrefix,
      maxReconnectAttempts: -1,
      reconnectTimeWait: seconds(1),
      reconnectJitter: seconds(2),
      reconnectJitterTLS: seconds(2),
      // Credentials are rotated while we run; giving up on the old ones would be for ever.
      ignoreAuthErrorAbort: true,
      pingInterval: seconds(20),
      ...(authenticator ? { authenticator } : {}),
      ...(options.tls ? { tls: options.tls } : {}),
    });

  async function establish(): Promise<NatsConnection> {
    for (let failures = 1; ; failures += 1) {
      over.signal.throwIfAborted();
      try {
        const connection = await once();
        if (!over.signal.aborted) return connection;
        await connection.close();
      } catch (cause) {
        options.onTrouble?.(new Error(`cannot connect to NATS at ${options.servers.join(', ')}: ${cause instanceof Error ? cause.message : String(cause)}; check the address, the credentials and that the server runs`, { cause }));
        await options.clock.sleep(backoff(failures, options.random, RETRY), over.signal);
      }
    }
  }

  const established = establish();
  established.catch(() => undefined);
  return {
    ready: () => established,
    async close() {
      over.abort(new Error('the bus is closed'));
      await established.then((connection) => connection.close(), () => undefined);
    },
  };
}

function authenticatorOf(credentials: NatsCredentials): Authenticator | undefined {
  switch (credentials.kind) {
    case 'none':
      return undefined;
    case 'password':
      return usernamePasswordAuthenticator(credentials.user, credentials.password);
    case 'token':
      return tokenAuthenticator(credentials.token);
    case 'creds':
      return credsAuthenticator(encoder.encode(credentials.creds));
    case 'nkey':
      return nkeyAuthenticator(encoder.encode(credentials.seed));
  }
}
