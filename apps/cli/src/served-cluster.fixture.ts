import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { approvalAdmission, customResourceDefinitions, type KubeObject } from '@fleetmend/model';
import { createApiServer, identityOf, openStore, renderKubeconfig, serveApi, type ApiServer } from '@fleetmend/sandbox';
import { systemClock, systemRandom } from '@fleetmend/telemetry';
import { runCli } from './program.ts';

/** An embedded API server behind TLS, and the command line pointed at it. */
export interface ServedCluster {
  readonly objects: ApiServer['objects'];
  /** Method and path of every request so far. */
  readonly seen: readonly { readonly method: string; readonly path: string; readonly agent: string }[];
  readonly kubeconfig: string;
  /** Creates it, and its status too where it has one. */
  put(object: KubeObject): void;
  /** From now on nobody may read these resources. */
  deny(...resources: readonly string[]): void;
  run(...args: readonly string[]): Promise<{ readonly status: number; readonly out: string; readonly err: string }>;
  close(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../../..');

export async function aServedCluster({ namespaces }: { readonly namespaces: readonly string[] }): Promise<ServedCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'fleetmend-cli-'));
  const store = openStore({ path: ':memory:' });
  const api = createApiServer({ name: 'real', store, clock: systemClock, random: systemRandom, crds: customResourceDefinitions() as NonNullable<Parameters<typeof createApiServer>[0]['crds']> });
  const seen: { method: string; path: string; agent: string }[] = [];
  const denied: string[] = [];
  const watched: ApiServer = {
    ...api,
    fetch: (request, context) => {
      const path = new URL(request.url).pathname;
      seen.push({ method: request.method, path, agent: request.headers.get('user-agent') ?? '' });
      if (denied.some((resource) => path.split('/').includes(resource))) return Promise.resolve(Response.json({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message: `${path} is forbidden` }, { status: 403 }));
      return api.fetch(request, context);
    },
  };
  const serving = await serveApi({ servers: [watched], identity: await identityOf(store, systemClock) });
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, renderKubeconfig(serving.clusters, 'real'));
  const put = (object: KubeObject) => {
    const made = api.objects.create(object, { manager: 'test' });
    if (object['status'] !== undefined) api.objects.updateStatus({ ...made, status: object['status'] } as KubeObject, { manager: 'test' });
  };
  approvalAdmission().forEach(put);
  for (const name of namespaces) put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return {
    objects: api.objects,
    seen,
    kubeconfig,
    put,
    deny: (...resources) => void denied.push(...resources),
    async run(...args) {
      const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
      const status = await runCli({
        args,
        env: { HOME: dir, KUBECONFIG: kubeconfig, FLEETMEND_STATE_DIR: join(dir, 'state'), PATH: process.env['PATH'] },
        stdout: stdout as unknown as NodeJS.WriteStream,
        stderr: stderr as unknown as NodeJS.WriteStream,
        stdin: stdin as unknown as NodeJS.ReadStream,
        signal: new AbortController().signal,
        root: ROOT,
      });
      return { status, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
    },
    async close() {
      await serving.close();
      api.close();
      store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
