import { readFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, inject, it } from 'vitest';
import { LABAPP_IMAGE } from '../images/images.ts';
import { until } from './server-process.ts';
import { kubectlIn } from './kubectl-in.ts';

const lab = inject('lab');

describe('the servers of the lab', () => {
  it('answer kubectl as a Kubernetes with one node that is Ready', async () => {
    const node = JSON.parse(await kubectlIn(lab, ['get', 'node', 'lab1', '-o', 'json'])) as { status: { nodeInfo: { kubeletVersion: string } } };
    expect(node.status.nodeInfo.kubeletVersion).toMatch(/^v1\.34\./);
  });

  it('hold messages in a JetStream that starts empty', async () => {
    const connection = await connect({ servers: lab.nats?.url ?? '' });
    try {
      const manager = await jetstreamManager(connection);
      expect((await manager.getAccountInfo()).streams).toBe(0);
    } finally {
      await connection.close();
    }
  });

  it('give the forge an administrator and a bot that is no administrator', async () => {
    const whoami = async (token: string): Promise<{ is_admin: boolean; login: string }> => {
      const response = await fetch(`${lab.gitea?.url}/api/v1/user`, { headers: { authorization: `token ${token}` } });
      expect(response.status).toBe(200);
      return (await response.json()) as { is_admin: boolean; login: string };
    };
    expect((await whoami(lab.gitea?.admin.token ?? '')).is_admin).toBe(true);
    expect(await whoami(lab.gitea?.bot.token ?? '')).toMatchObject({ is_admin: false, login: lab.gitea?.bot.name });
  });

  it('serve the kinds of Argo CD', async () => {
    expect(await kubectlIn(lab, ['get', 'appproject', 'default', '-n', lab.argocd?.namespace ?? '', '-o', 'name'])).toContain('default');
  });

  it('let the kernel kill a container that takes more memory than its limit', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'greedy' },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'app', image: LABAPP_IMAGE, args: ['--hold-memory=100Mi'], resources: { limits: { memory: '64Mi' } } }],
      },
    };
    await kubectlIn(lab, ['create', '-f', '-'], JSON.stringify(pod));
    try {
      const reason = '{.status.containerStatuses[0].state.terminated.reason} {.status.containerStatuses[0].state.terminated.exitCode}';
      await until('the container is dead', 60, async () => (await kubectlIn(lab, ['get', 'pod', 'greedy', '-o', `jsonpath=${reason}`])).trim() !== '');
      expect(await kubectlIn(lab, ['get', 'pod', 'greedy', '-o', `jsonpath=${reason}`])).toBe('OOMKilled 137');
    } finally {
      await kubectlIn(lab, ['delete', 'pod', 'greedy', '--wait=false']);
    }
  });

  it('cannot reach anything outside of the lab', () => {
    // One line per route: the loopback has none there, so only the lab's own bridge may be listed.
    const routes = readFileSync('/proc/net/route', 'utf8').trim().split('\n').slice(1).map((line) => line.split('\t')[0]);
    expect(new Set(routes)).toEqual(new Set(['labbr0']));
    expect(readFileSync('/proc/net/dev', 'utf8')).not.toMatch(/^\s*eth0:/m);
  });
});
