import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPermanent } from '@fleetmend/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubeClient } from './kube-client.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { BrokenStreamError, readWatch } from './watch-stream.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fleetmend-kubeconfig-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function kubeconfig({ server = 'http://127.0.0.1:1', current = 'here', user = 'me' } = {}): string {
  const file = join(dir, 'config');
  const config = {
    apiVersion: 'v1', kind: 'Config', 'current-context': current,
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'me', user: { token: 't0ken' } }],
    contexts: [{ name: 'here', context: { cluster: 'c', user } }, { name: 'lost', context: { cluster: 'nowhere', user: 'me' } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function refusal(run: () => unknown): { readonly reason: string; readonly message: string } {
  try {
    run();
  } catch (error) {
    if (isPermanent(error)) return { reason: error.reason, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a kubeconfig', () => {
  it('that does not exist is named', () => {
    const { reason, message } = refusal(() => loadKubeconfig({ files: [join(dir, 'absent')] }));
    expect(reason).toBe('KubeconfigUnreadable');
    expect(message).toContain(join(dir, 'absent'));
  });

  it('that is not YAML is named', () => {
    writeFileSync(join(dir, 'config'), '{{{');
    expect(refusal(() => loadKubeconfig({ files: [join(dir, 'config')] })).reason).toBe('KubeconfigUnreadable');
  });

  it('without the wanted context lists those that it has', () => {
    const { reason, message } = refusal(() => loadKubeconfig({ files: [kubeconfig()], context: 'prod' }));
    expect(reason).toBe('ContextNotFound');
    expect(message).toMatch(/no context "prod"; it has: here, lost/);
  });

  it('whose current context does not exist says so', () => {
    expect(refusal(() => loadKubeconfig({ files: [kubeconfig({ current: 'gone' })] })).message).toContain('no usable current-context ("gone")');
  });

  it.each([
    ['cluster', () => loadKubeconfig({ files: [kubeconfig()], context: 'lost' }), /cluster "nowhere"/],
    ['user', () => loadKubeconfig({ files: [kubeconfig({ user: 'nobody' })] }), /user "nobody"/],
  ])('whose context points at a %s that is missing says which', (_what, run, message) => {
    const refused = refusal(run);
    expect(refused.reason).toBe('KubeconfigIncomplete');
    expect(refused.message).toMatch(message);
  });

  it('is not needed in a pod, and its absence elsewhere says what to do', () => {
    expect(refusal(() => loadKubeconfig({ files: [] })).message).toContain('name a kubeconfig file');
  });
});

describe('a connection made from a kubeconfig', () => {
  async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void) {
    const server = createServer(handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const connection = loadKubeconfig({ files: [kubeconfig({ server: `http://127.0.0.1:${port}` })] });
    const stop = async () => {
      await connection.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return { client: createKubeClient({ ...connection, readOnly: true }), stop };
  }

  it('sends the token of its user', async () => {
    const seen: (string | undefined)[] = [];
    const { client, stop } = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"gitVersion":"v1.34.4"}');
    });
    expect(await client.json({ path: '/version' })).toEqual({ gitVersion: 'v1.34.4' });
    expect(seen).toEqual(['Bearer t0ken']);
    await stop();
  });

  it('reports a socket that is reset inside a line as a broken stream', async () => {
    const { client, stop } = await serve((_request, response) => {
      response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n{"type":"ADD', () => response.destroy());
    });
    const response = await client.request({ path: '/api/v1/pods', query: { watch: 'true' } });
    const names: string[] = [];
    const reading = (async () => {
      if (response.body) for await (const { object } of readWatch(response.body, new AbortController().signal)) names.push(object.metadata.name);
    })();
    await expect(reading).rejects.toBeInstanceOf(BrokenStreamError);
    expect(names).toEqual(['a']);
    await stop();
  });

  it('names the address when nobody listens there', async () => {
    const { client, stop } = await serve((_request, response) => response.end());
    await stop();
    await expect(client.json({ path: '/version' })).rejects.toThrow(/cannot reach the Kubernetes API at http:\/\/127\.0\.0\.1:\d+: \S/);
  });
});
