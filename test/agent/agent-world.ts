import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type Agent, type AgentOptions } from '@fleetmend/agent';
import { createInProcessBus, type HubBus, type InProcessBus } from '@fleetmend/bus';
import { seededRandom } from '@fleetmend/kernel';
import type { FailureEvent, Heartbeat, KubeObject } from '@fleetmend/model';
import { createWorld, type ClusterObjects, type RepositoryReader, type World } from '@fleetmend/sandbox';
import { VirtualClock } from '@fleetmend/testing';

export const LABAPP = '127.0.0.1:5999/labapp:1';

/** What the wire between agent and API server does. Specs change it while it runs. */
export interface Wire {
  /** Every request fails as if nobody listened. */
  down: boolean;
  /** Resources whose reading is forbidden. */
  readonly forbidden: Set<string>;
  /** Resets every connection, in the middle of whatever it was carrying. */
  cut(): void;
  /** Methods that were seen. */
  readonly methods: Set<string>;
  readonly paths: string[];
}

/** One cluster of the sandbox, one agent, and a hub that writes down what it hears; on one virtual clock. */
export interface AgentWorld {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly objects: ClusterObjects;
  readonly bus: InProcessBus;
  readonly hub: HubBus;
  readonly events: FailureEvent[];
  readonly beats: Heartbeat[];
  readonly wire: Wire;
  readonly warnings: string[];
  /** `open OOMKilled Deployment/shop/checkout`, in the order in which they came. */
  told(): readonly string[];
  start(options?: Partial<AgentOptions>): Promise<Agent>;
  apply(...objects: readonly KubeObject[]): void;
  close(): Promise<void>;
}

/** `repositories` answers what the cluster's GitOps controllers may follow; nothing where it is left out. */
export async function anAgentWorld({ repositories = () => undefined }: { readonly repositories?: (url: string) => RepositoryReader | undefined } = {}): Promise<AgentWorld> {
  const clock = new VirtualClock();
  const random = seededRandom(7);
  const world = createWorld({ clusters: ['prod-1'], clock, random, state: ':memory:', repositories });
  world.furnish();
  const { server, objects } = world.cluster('prod-1');
  const bus = createInProcessBus({ clock });
  const stateDir = mkdtempSync(join(tmpdir(), 'fleetmend-agent-'));
  const hub = bus.hub();
  const events: FailureEvent[] = [];
  const beats: Heartbeat[] = [];
  const warnings: string[] = [];
  const agents: Agent[] = [];
  const open = new Set<(error: Error) => void>();
  const wire: Wire = {
    down: false, forbidden: new Set(), methods: new Set(), paths: [],
    cut: () => {
      for (const reset of open) reset(new Error('read ECONNRESET'));
      open.clear();
    },
  };
  await hub.consumeFailures((delivery) => {
    events.push(delivery.event);
    delivery.ack();
  });
  await hub.onHeartbeat((beat) => beats.push(beat));
  const overWire = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (wire.down) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    const request = new Request(input, init);
    wire.methods.add(request.method);
    const { pathname } = new URL(request.url);
    wire.paths.push(pathname);
    if (wire.forbidden.has(pathname.split('/').at(-1) ?? '')) return Response.json({ kind: 'Status', reason: 'Forbidden', code: 403, message: `${pathname} is forbidden` }, { status: 403 });
    const response = await server.fetch(request);
    return response.body ? new Response(resettable(response.body, open), response) : response;
  };
  return {
    clock, world, objects, bus, hub, events, beats, wire, warnings,
    told: () => events.map(({ state, finding }) => `${state} ${finding.class} ${finding.target.kind}/${finding.target.namespace ?? ''}/${finding.target.name}`),
    async start(options = {}) {
      const agent = await startAgent({
        cluster: 'prod-1', server: 'https://prod-1.test', fetch: overWire as typeof fetch, bus, clock, random: seededRandom(3), stateDir,
        log: { info: () => undefined, warn: (message) => warnings.push(message) }, ...options,
      });
      agents.push(agent);
      return agent;
    },
    apply(...wanted) {
      for (const object of wanted) {
        const { apiVersion, kind, metadata } = object;
        const live = objects.get(apiVersion, kind, metadata.namespace, metadata.name);
        if (live) objects.update({ ...live, ...object, metadata: { ...live.metadata, labels: metadata.labels ?? {} } } as never, { manager: 'spec' });
        else objects.create(object as never, { manager: 'spec' });
      }
    },
    async close() {
      await Promise.all(agents.map((agent) => agent.stop()));
      await bus.close();
      world.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** The same bytes, until the connection is reset. */
function resettable(body: ReadableStream<Uint8Array>, open: Set<(error: Error) => void>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let reset: (error: Error) => void = () => undefined;
  return new ReadableStream({
    start(controller) {
      reset = (error) => {
        controller.error(error);
        reader.cancel(error).catch(() => undefined);
      };
      open.add(reset);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      if (open.delete(reset)) controller.close();
    },
    async cancel(reason) {
      open.delete(reset);
      await reader.cancel(reason).catch(() => undefined);
    },
  });
}

export const namespace = (name = 'shop'): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

export interface DeploymentParts {
  readonly name?: string;
  readonly args?: readonly string[];
  readonly memory?: string;
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly replicas?: number;
  /** Whatever else its container says. */
  readonly container?: Readonly<Record<string, unknown>>;
}

export function aDeployment({ name = 'checkout', args = [], memory = '64Mi', image = LABAPP, env = [], replicas = 1, container = {} }: DeploymentParts = {}): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop', labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image, args, env, resources: { limits: { memory } }, ...container }] } } },
  };
}
