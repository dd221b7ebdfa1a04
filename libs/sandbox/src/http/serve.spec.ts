import { request } from 'node:https';
import { isPermanent, seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createApiServer } from '../api/api-server.ts';
import { openStore } from '../store/store.ts';
import { type Identity, identityOf } from './identity.ts';
import { renderKubeconfig } from './kubeconfig.ts';
import { serveApi, type Serving } from './serve.ts';

const open: Serving[] = [];
afterEach(async () => {
  for (const serving of open.splice(0)) await serving.close();
});

async function serve(options: { readonly port?: number } = {}) {
  const store = openStore({ path: ':memory:' });
  const clock = new VirtualClock(Date.now());
  const identity = await identityOf(store, clock);
  const servers = ['hub', 'prod-1'].map((name) => createApiServer({ name, store, clock, random: seededRandom(1), certificateAuthority: identity.certificateAuthority }));
  const serving = await serveApi({ servers, identity, ...options, users: [{ token: 'reader-token', context: { user: 'reader', groups: [] } }] });
  open.push(serving);
  return { store, clock, identity, serving, servers };
}

interface Reply {
  readonly status: number | undefined;
  readonly text: string;
}

function get(url: string, { certificateAuthority }: Identity, token?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ca: certificateAuthority, agent: false, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: response.statusCode, text }));
    });
    call.on('error', reject).end();
  });
}

/** The answer of the first server to its administrator. */
function servers(serving: Serving, { certificateAuthority, token }: Identity, { method, path, body }: { readonly method: string; readonly path: string; readonly body: unknown }): Promise<{ readonly status?: unknown }> {
  return new Promise((resolve, reject) => {
    const call = request(`${serving.clusters[0]?.server ?? ''}${path}`, { method, ca: certificateAuthority, agent: false, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve(JSON.parse(text) as { readonly status?: unknown }));
    });
    call.on('error', reject).end(JSON.stringify(body));
  });
}

describe('the HTTP face', () => {
  it('serves each cluster on its own port, to who has the token', async () => {
    const { serving, identity } = await serve();
    const [hub, prod] = serving.clusters;
    expect(hub?.server).not.toBe(prod?.server);
    const answer = await get(`${prod?.server ?? ''}/api/v1/namespaces/default`, identity, identity.token);
    expect([answer.status, JSON.parse(answer.text).metadata.name]).toEqual([200, 'default']);
  });

  it('refuses a missing and a wrong token, but answers health checks', async () => {
    const { serving, identity } = await serve();
    const server = serving.clusters[0]?.server ?? '';
    expect((await get(`${server}/api/v1/pods`, identity)).status).toBe(401);
    expect((await get(`${server}/api/v1/pods`, identity, 'wrong')).status).toBe(401);
    expect(await get(`${server}/healthz`, identity)).toEqual({ status: 200, text: 'ok' });
  });

  it('says whom a token belongs to, and that it knows no other', async () => {
    const { serving, identity } = await serve();
    const review = async (token: string) => {
      const { status } = await servers(serving, identity, { method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews', body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } } });
      return status;
    };
    expect(await review('reader-token')).toEqual({ authenticated: true, user: { username: 'reader', groups: [] } });
    expect(await review('made-up')).toEqual({ user: {}, error: '[invalid bearer token]' });
  });

  it('knows clients that are no administrators', async () => {
    const { serving, identity } = await serve();
    const { status, text } = await get(`${serving.clusters[0]?.server ?? ''}/api/v1/pods`, identity, 'reader-token');
    expect([status, JSON.parse(text).message]).toEqual([403, 'pods is forbidden: User "reader" cannot list resource "pods" in API group "" at the cluster scope']);
  });

  it('streams a watch, and lets go of it when the client goes', async () => {
    const { serving, identity, clock } = await serve();
    const first = await new Promise<string>((resolve, reject) => {
      const call = request(`${serving.clusters[0]?.server ?? ''}/api/v1/namespaces?watch=true`, { ca: identity.certificateAuthority, agent: false, headers: { authorization: `Bearer ${identity.token}` } }, (response) => {
        response.setEncoding('utf8').once('data', (part: string) => {
          call.destroy();
          resolve(part);
        });
      });
      call.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error))).end();
    });
    expect(JSON.parse(first.split('\n')[0] ?? '')).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'default' } } });
    await expect.poll(() => clock.pending).toBe(0);
  });

  it('says which port is in use, and what to do', async () => {
    const { serving } = await serve();
    const port = Number(new URL(serving.clusters[0]?.server ?? '').port);
    const error: unknown = await serve({ port }).catch((caught: unknown) => caught);
    expect(isPermanent(error) && error.reason).toBe('PortInUse');
    expect(String(error)).toContain(`127.0.0.1:${port}`);
  });

  it('keeps its certificates and token, so that a kubeconfig outlives a restart', async () => {
    const { store, clock, identity } = await serve();
    expect(await identityOf(store, clock)).toEqual(identity);
  });

  it('renders a kubeconfig with one context per cluster', async () => {
    const { serving, identity } = await serve();
    const config = parse(renderKubeconfig(serving.clusters, 'hub'));
    expect([config['current-context'], config.contexts.map(({ name }: { name: string }) => name)]).toEqual(['hub', ['hub', 'prod-1']]);
    expect(config.users[1].user.token).toBe(identity.token);
    expect(Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString()).toBe(identity.certificateAuthority);
  });
});
