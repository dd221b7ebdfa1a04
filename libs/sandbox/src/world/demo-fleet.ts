import { LABAPP_IMAGE } from '../images/catalog.ts';
import type { FolderDeployment } from './deploy-folder.ts';
import { renderNamespace, renderWorkload } from './workload-manifests.ts';
import type { DemoWorkload } from './workload-manifests.ts';

interface DemoCluster {
  readonly name: string;
  readonly engine: FolderDeployment['engine'];
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly workloads: readonly DemoWorkload[];
}

const SMALL = { request: '64Mi', limit: '128Mi' } as const;
const MEDIUM = { request: '128Mi', limit: '256Mi' } as const;

const CHECKOUT: DemoWorkload = {
  name: 'checkout',
  namespace: 'shop',
  team: 'shop',
  image: LABAPP_IMAGE,
  replicas: 1,
  args: ['"--log=checkout 1.4.0 loads its price list"', '--hold-memory=100Mi', '--listen=8080', '--health=/healthz'],
  port: 8080,
  health: '/healthz',
  memory: { request: '32Mi', limit: '64Mi' },
  remark: 'sized when the price list was still small',
};

const LEDGER: DemoWorkload = {
  name: 'ledger',
  namespace: 'payments',
  team: 'payments',
  image: LABAPP_IMAGE,
  replicas: 1,
  args: ['"--log=ledger 3.2.1 opens the day"', '--hold-memory=70Mi', '--listen=8080', '--health=/healthz'],
  port: 8080,
  health: '/healthz',
  memory: { request: '48Mi', limit: '96Mi' },
};

const CLUSTERS: readonly DemoCluster[] = [
  {
    name: 'prod-1',
    engine: 'flux',
    namespaces: { shop: { env: 'prod', team: 'shop' }, payments: { env: 'prod', team: 'payments', tier: 'critical' }, observability: { env: 'prod', team: 'platform' } },
    workloads: [
      CHECKOUT,
      { name: 'cart', namespace: 'shop', team: 'shop', image: 'registry.example.com/shop/cart:2.3.1', port: 8080, health: '/healthz', memory: SMALL },
      { name: 'catalog', namespace: 'shop', team: 'shop', image: 'registry.example.com/shop/catalog:5.0.2', port: 8080, health: '/healthz', memory: MEDIUM },
      { name: 'storefront', namespace: 'shop', team: 'shop', image: 'nginx:1.27', replicas: 3, port: 8080, memory: SMALL },
      { name: 'sessions', namespace: 'shop', team: 'shop', kind: 'StatefulSet', image: 'redis:7.4', port: 6379, memory: SMALL },
      LEDGER,
      { name: 'gateway', namespace: 'payments', team: 'payments', image: 'registry.example.com/payments/gateway:1.9.0', port: 8443, memory: MEDIUM },
      { name: 'reconciliation', namespace: 'payments', team: 'payments', kind: 'CronJob', image: 'registry.example.com/payments/reconciliation:1.1.4', memory: SMALL, schedule: '30 2 * * *' },
      { name: 'log-shipper', namespace: 'observability', team: 'platform', kind: 'DaemonSet', image: 'fluent/fluent-bit:3.1', cpu: '20m', memory: SMALL },
    ],
  },
  {
    name: 'prod-2',
    engine: 'argocd',
    namespaces: { shop: { env: 'prod', team: 'shop' }, search: { env: 'prod', team: 'search' } },
    workloads: [
      { name: 'cart', namespace: 'shop', team: 'shop', image: 'registry.example.com/shop/cart:2.3.1', port: 8080, health: '/healthz', memory: SMALL },
      { name: 'catalog', namespace: 'shop', team: 'shop', image: 'registry.example.com/shop/catalog:5.0.2', port: 8080, health: '/healthz', memory: MEDIUM },
      { name: 'storefront', namespace: 'shop', team: 'shop', image: 'nginx:1.27', replicas: 3, port: 8080, memory: SMALL },
      { name: 'indexer', namespace: 'search', team: 'search', image: 'registry.example.com/search/indexer:0.14.0', replicas: 1, cpu: '200m', memory: { request: '256Mi', limit: '512Mi' } },
      { name: 'query', namespace: 'search', team: 'search', image: 'registry.example.com/search/query:0.14.0', port: 9200, memory: MEDIUM },
      { name: 'suggest', namespace: 'search', team: 'search', image: 'registry.example.com/search/suggest:0.9.3', port: 8080, memory: SMALL },
    ],
  },
  {
    name: 'edge-1',
    engine: 'flux',
    namespaces: { edge: { env: 'edge', team: 'platform' }, telemetry: { env: 'edge', team: 'platform' } },
    workloads: [
      { name: 'proxy', namespace: 'edge', team: 'platform', kind: 'DaemonSet', image: 'envoyproxy/envoy:v1.31.2', port: 10000, memory: SMALL },
      { name: 'cache', namespace: 'edge', team: 'platform', image: 'varnish:7.6', port: 8080, memory: MEDIUM },
      { name: 'rate-limiter', namespace: 'edge', team: 'platform', image: 'registry.example.com/edge/rate-limiter:2.0.0', port: 8081, memory: SMALL },
      { name: 'collector', namespace: 'telemetry', team: 'platform', image: 'otel/opentelemetry-collector:0.112.0', port: 4318, memory: SMALL },
      { name: 'heartbeat', namespace: 'telemetry', team: 'platform', image: 'registry.example.com/telemetry/heartbeat:1.0.7', replicas: 1, memory: SMALL },
    ],
  },
];

export interface FleetChange {
  readonly message: string;
  readonly files: ReadonlyMap<string, string | null>;
  /** What fails once the change is applied. */
  readonly breaks: { readonly cluster: string; readonly namespace: string; readonly name: string };
}

export interface DemoFleet {
  readonly clusters: readonly { readonly name: string; readonly engine: FolderDeployment['engine']; readonly path: string; readonly labels: Readonly<Record<string, string>> }[];
  /** The repository's first commit. In it, `checkout` in `shop` of the first cluster needs more memory than its 64Mi; 128Mi suffice. */
  readonly initial: FleetChange;
  /** For later: takes memory from `ledger` in the critical namespace `payments`. */
  readonly second: FleetChange;
}

/** The fleet that `npm start` shows: three clusters, some twenty workloads, and where they are kept in Git. */
export function demoFleet(): DemoFleet {
  const files = new Map<string, string | null>([['README.md', README]]);
  for (const { name, namespaces, workloads } of CLUSTERS) {
    for (const [namespace, labels] of Object.entries(namespaces)) files.set(`clusters/${name}/${namespace}/namespace.yaml`, renderNamespace(namespace, labels));
    for (const workload of workloads) files.set(fileOf(name, workload), renderWorkload(workload));
  }
  const trimmed: DemoWorkload = { ...LEDGER, memory: { request: '32Mi', limit: '48Mi' } };
  return {
    clusters: CLUSTERS.map(({ name, engine }) => ({ name, engine, path: `clusters/${name}`, labels: { env: name.startsWith('edge') ? 'edge' : 'prod' } })),
    initial: { message: 'Fleet as of today', files, breaks: { cluster: 'prod-1', namespace: CHECKOUT.namespace, name: CHECKOUT.name } },
    second: { message: 'ledger: give back memory that it seems not to need', files: new Map([[fileOf('prod-1', LEDGER), renderWorkload(trimmed)]]), breaks: { cluster: 'prod-1', namespace: LEDGER.namespace, name: LEDGER.name } },
  };
}

function fileOf(cluster: string, { namespace, name }: DemoWorkload): string {
  return `clusters/${cluster}/${namespace}/${name}.yaml`;
}

const README = `# Fleet

What runs where: \`clusters/<cluster>/<namespace>/<workload>.yaml\`. Every cluster applies its own folder.
`;
