import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { messageOf, PermanentError } from '@fleetmend/kernel';
import { Agent, fetch as undiciFetch, ProxyAgent, type Dispatcher } from 'undici';

export interface KubeconfigSource {
  /** Files to read, the first wins where two name the same entry; empty: the ServiceAccount of the pod we run in. */
  readonly files: readonly string[];
  /** A context of those files; the current one when absent. */
  readonly context?: string | undefined;
}

/** How to talk to one API server: give it to `createKubeClient`. */
export interface KubeConnection {
  readonly server: string;
  /** Name of the context, or `in-cluster`. */
  readonly context: string;
  readonly fetch: typeof fetch;
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  /** Closes its sockets. */
  close(): Promise<void>;
}

/** Where a pod finds its ServiceAccount token. */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Reads a kubeconfig and prepares its TLS and credentials. Nothing is sent yet.
 * @throws PermanentError `KubeconfigUnreadable`, `ContextNotFound`, `KubeconfigIncomplete`, each naming file, context and the next step.
 */
export function loadKubeconfig(source: KubeconfigSource): KubeConnection {
  const config = source.files.length === 0 ? inCluster() : fromFiles(source.files);
  const files = source.files.join(', ');
  const context = chooseContext(config, source.context, files);
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) {
    throw new PermanentError('KubeconfigIncomplete', `context "${context}" of ${files} points at cluster "${config.getContextObject(context)?.cluster ?? ''}", which has no server: add it under clusters`);
  }
  if (source.files.length > 0 && !config.getCurrentUser()) {
    throw new PermanentError('KubeconfigIncomplete', `context "${context}" of ${files} points at user "${config.getContextObject(context)?.user ?? ''}", which does not exist: add it under users`);
  }
  return connectionOf(config, { server: cluster.server, proxy: cluster.proxyUrl, context: source.files.length === 0 ? 'in-cluster' : context });
}

function inCluster(): KubeConfig {
  if (!existsSync(SERVICE_ACCOUNT_TOKEN)) {
    throw new PermanentError('KubeconfigUnreadable', `no kubeconfig is given and ${SERVICE_ACCOUNT_TOKEN} does not exist: name a kubeconfig file, or run in a pod with a ServiceAccount`);
  }
  const config = new KubeConfig();
  config.loadFromCluster();
  return config;
}

function fromFiles(files: readonly string[]): KubeConfig {
  const config = new KubeConfig();
  for (const [index, file] of files.entries()) {
    try {
      const next = new KubeConfig();
      next.loadFromFile(file);
      if (index === 0) config.loadFromFile(file);
      else config.mergeConfig(next, true);
    } catch (cause) {
      throw new PermanentError('KubeconfigUnreadable', `cannot read kubeconfig ${file}: ${messageOf(cause)}; name a file that exists and is YAML`, { cause });
    }
  }
  return config;
}

function chooseContext(config: KubeConfig, wanted: string | undefined, files: string): string {
  const names = config.getContexts().map(({ name }) => name);
  const context = wanted ?? config.getCurrentContext();
  if (!names.includes(context)) {
    const problem = wanted === undefined ? `kubeconfig ${files} has no usable current-context ("${context ?? ''}")` : `kubeconfig ${files} has no context "${wanted}"`;
    throw new PermanentError('ContextNotFound', `${problem}; it has: ${names.join(', ') || 'none'}. Name one of them`);
  }
  config.setCurrentContext(context);
  return context;
}

/** The part of Node's TLS options that a kubeconfig can set. */
interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Readonly<Record<string, unknown>>;
}

function connectionOf(config: KubeConfig, { server, proxy, context }: { readonly server: string; readonly proxy: string | undefined; readonly context: string }): KubeConnection {
  let current: { readonly key: string; readonly dispatcher: Dispatcher } | undefined;

  /** One pool of sockets per TLS identity: an exec plugin may hand out a new client certificate at any time. */
  function dispatcherFor(tls: Credentials['tls']): Dispatcher {
    const key = JSON.stringify(tls);
    if (current?.key === key) return current.dispatcher;
    void current?.dispatcher.close();
    // A watch may be silent for long: the reflector judges that, not the transport.
    const timeouts = { headersTimeout: 60_000, bodyTimeout: 0 };
    const connect = { ...tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
    const dispatcher = proxy ? new ProxyAgent({ uri: proxy, requestTls: tls, ...timeouts }) : new Agent({ connect, ...timeouts });
    current = { key, dispatcher };
    return dispatcher;
  }

  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { tls } = await readCredentials(config, server);
    const url = typeof input === 'object' && 'url' in input ? input.url : input;
    // undici's own fetch, because a dispatcher works only with the fetch of its own release; the types differ in name only.
    return (await undiciFetch(url, { ...(init as object), dispatcher: dispatcherFor(tls) })) as unknown as Response;
  };
  return {
    server,
    context,
    fetch: send as typeof fetch,
    headers: async () => (await readCredentials(config, server)).headers,
    async close() {
      await current?.dispatcher.destroy();
    },
  };
}

async function readCredentials(config: KubeConfig, server: string): Promise<Credentials> {
  if (server.startsWith('http:')) {
    const token = config.getCurrentUser()?.token;
    return { headers: token ? { authorization: `Bearer ${token}` } : {}, tls: {} };
  }
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) if (typeof value === 'string') headers[name.toLowerCase()] = value;
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const tls: Record<string, unknown> = {};
  for (const name of ['ca', 'cert', 'key', 'rejectUnauthorized', 'servername'] as const) {
    const value = options[name];
    // Text, so that two identical credentials have the same key.
    if (value !== undefined) tls[name] = Buffer.isBuffer(value) ? value.toString('utf8') : value;
  }
  return { headers, tls };
}
