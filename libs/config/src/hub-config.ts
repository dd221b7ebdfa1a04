import { z } from 'zod';
import { Bus, duration, Kubernetes, Log, Profile, SecretRef } from './config-parts.ts';

/** One plugin: its kind, and what its own readme documents under Config. */
const Plugin = z.looseObject({ kind: z.string().min(1).max(63) });
export type PluginConfig = z.infer<typeof Plugin>;

const plugins = (...kinds: readonly string[]) => z.array(Plugin).default(kinds.map((kind) => ({ kind })));

const Deadlines = z.strictObject({
  Detected: duration().optional(),
  Inhibited: duration().optional(),
  Diagnosing: duration().optional(),
  Proposed: duration().optional(),
  AwaitingApproval: duration().optional(),
  Delivering: duration().optional(),
  Merged: duration().optional(),
  Verifying: duration().optional(),
  Reverting: duration().optional(),
});

const count = (max: number) => z.int().min(0).max(max);

const Lifecycle = z
  .strictObject({
    hold: duration().optional().describe('How long a target must stay healthy before it counts as recovered. Production 5m, sandbox 10s.'),
    deadlines: Deadlines.optional().describe('Most time in a phase, stops excluded. A phase that takes longer is escalated.'),
    checksSettle: duration().optional().describe('Age before which the hub merges no pull request on a forge that has checks: they appear some time after a push. Default 60s.'),
    staleAfter: duration().optional().describe('Age at which an open pull request of ours is closed. Default 14d.'),
    confidenceFloor: z.number().min(0).max(1).optional().describe('A diagnosis below it goes to a human. Default 0.5.'),
    attempts: z
      .strictObject({ perDay: z.int().min(1).max(3).optional(), spacing: duration().optional() })
      .optional()
      .describe('Attempts per fingerprint in 24 hours (default 2), and the least time between them (10m; sandbox 10s).'),
    budgets: z
      .strictObject({ openPerRepository: count(1000).optional(), openPerNamespace: count(1000).optional(), openPerCluster: count(1000).optional(), openPerHub: count(10_000).optional(), createdPerHour: count(1000).optional() })
      .optional()
      .describe('Most open pull requests, where no policy says less. Defaults 5, 2, 10, 25 and 4 created an hour.'),
    ttl: z.strictObject({ quiet: duration().optional(), loud: duration().optional() }).optional().describe('How long a finished request stays: Succeeded and Dismissed (`quiet`, 24h), Failed and Escalated (`loud`, 7d).'),
  })
  .prefault({})
  .describe('The numbers that the life of a request depends on. What is absent follows the profile; policies may only be stricter.');

const sinkParts = {
  url: z.url({ protocol: /^https?$/ }).describe('Base address, without the path of the API.'),
  authorization: SecretRef.optional().describe('The whole `Authorization` header, as `Bearer …`, `Basic …` or `ApiKey …`.'),
};
const AuditSink = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('loki'), ...sinkParts, tenant: z.string().min(1).optional().describe('Sent as `X-Scope-OrgID`.') }),
  z.strictObject({ kind: z.literal('elasticsearch'), ...sinkParts, index: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,126}$/).default('fleetmend-audit').describe('Index or data stream.') }),
]);
export type AuditSinkConfig = z.infer<typeof AuditSink>;

const AuditAnchor = z
  .strictObject({
    key: SecretRef.describe('Ed25519 private key (PEM, no passphrase) that checkpoints are signed with.'),
    folder: z.string().min(1).optional().describe('Folder for them, which nobody who can change the trail should be able to change. It or `repository`.'),
    repository: z
      .strictObject({
        url: z.string().min(1).describe('Address of the repository, without a user in it.'),
        branch: z.string().min(1).max(244).default('main').describe('Branch that checkpoints are committed to; made if it is not there.'),
        authorization: SecretRef.optional().describe('The whole `Authorization` header.'),
      })
      .optional()
      .describe('A Git repository of its own for them. It or `folder`.'),
    every: duration().prefault('5m').describe('How often one is written, if anything was recorded since.'),
  })
  .refine(({ folder, repository }) => (folder === undefined) !== (repository === undefined), 'name one place: folder or repository')
  .describe('Signed checkpoints of the audit trail, kept outside, so that a cut at its end is noticed. While none can be written, the hub merges nothing by itself.');

const ChartRepository = z.strictObject({
  url: z
    .string()
    .regex(/^(https?|oci):\/\/[a-z0-9.-]+(:\d+)?(\/[A-Za-z0-9._~/-]*)?$/, 'write https://charts.example.org/stable or oci://registry.example.org/charts, without user or query')
    .describe('Address as the objects of the clusters name it: `https://charts.example.org/stable`, or `oci://registry.example.org/charts`. What lies below it is allowed, too.'),
  hosts: z.array(z.string().regex(/^[a-z0-9.-]+(:\d+)?$/, 'write a host, and its port where that is not 443: files.example.org')).max(8).default([]).describe('Further hosts for it: where its index says that archives lie, where it redirects to, and the token server of a registry.'),
  authorization: SecretRef.optional().describe('The whole `Authorization` header. It goes to the host of `url`, and to the token server that a registry there names on one of `hosts`.'),
  plainHttp: z.boolean().default(false).describe('The registry (`oci://`) answers without TLS.'),
});

/** The whole config of a hub. */
export const HubConfig = z.strictObject({
  profile: Profile,
  namespace: z.string().min(1).max(63).default('fleetmend-system').describe('Namespace of requests without a binding, of fleet-wide policies and of the Leases.'),
  stateDir: z.string().min(1).default('/var/lib/fleetmend').describe('Folder for memory, audit and Git mirrors. One hub writes it.'),
  kubernetes: Kubernetes.describe('The hub cluster, where requests and policies live.'),
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. Beyond loopback the API asks for a token of the hub cluster (`Authorization: Bearer`), and shows what its owner may list there.'),
      port: z.int().min(0).max(65_535).default(8080).describe('Port to listen on; 0 takes a free one.'),
      proxied: z.boolean().default(false).describe('What can reach this address is a proxy that authenticates, or may read everything: then nobody is asked for a token.'),
      dashboard: z.string().min(1).optional().describe('Folder of the built dashboard; absent: only the API is served.'),
      allowedHosts: z.array(z.string().min(1)).default([]).describe('Host names that a request may carry, besides loopback ones: a page from elsewhere cannot reach the API by rebinding a name.'),
    })
    .prefault({}),
  bus: Bus.default({ kind: 'in-process' }),
  forges: z.record(z.string().min(1).max(63), Plugin).default({}).describe('Forges by the name that a `RepoBinding` uses as `forgeRef`.'),
  gitopsEngines: plugins('flux', 'argocd', 'local').describe('What applies Git to the clusters; asked in this order, the one that `FleetCluster.spec.gitops.engine` names first.'),
  sourceLayouts: plugins('raw', 'kustomize', 'helm', 'argocd-multisource', 'argocd-applicationset', 'flux-helmrelease').describe('Ways in which manifests live in Git; asked in this order.'),
  reasoners: plugins('playbook', 'precedent').describe('Who finds causes; asked in this order, cheapest first.'),
  policyEngine: Plugin.default({ kind: 'opa-wasm', bundle: 'policies/bundle' }).describe('What judges a change before it is pushed.'),
  vectorStore: Plugin.default({ kind: 'embedded' }).describe('Memory of finished cases and vetoes.'),
  notifiers: plugins('kubernetes-event').describe('Channels to people.'),
  charts: z
    .strictObject({
      repositories: z.array(ChartRepository).max(64).default([]).describe('Where charts may be fetched from. Whatever the objects of a cluster say, the hub asks nobody else; empty: it fetches none.'),
      cacheMiB: z.int().min(16).max(10_240).default(256).describe('Most that fetched charts take below `stateDir`.'),
    })
    .prefault({})
    .describe('Charts of Helm repositories and OCI registries, fetched so that repairs of their values can be proved.'),
  lifecycle: Lifecycle,
  groupingWindow: duration().optional().describe('How long a new failure waits for others that share its cause. Production 10s, sandbox 1s.'),
  poll: duration().optional().describe('How often something that takes its time is looked at again. Production 10s, sandbox 1s.'),
  editBudget: z.strictObject({ files: z.int().min(1).max(3).default(3), lines: z.int().min(1).max(20).default(20) }).prefault({}).describe('Most files and lines that one repair may touch.'),
  audit: z.strictObject({ sinks: z.array(AuditSink).max(4).default([]).describe('Where the audit trail is copied to, at least once. While a copy is behind, the hub merges nothing by itself.'), anchor: AuditAnchor.optional() }).prefault({}),
  attestation: z
    .strictObject({ key: SecretRef.optional().describe('Private key (ECDSA P-256, PEM, no passphrase) that the hub signs a statement with for every pull request that it opens. Absent: none are made.') })
    .prefault({}),
  evidence: z.strictObject({ ttl: duration().prefault('24h').describe('How long redacted evidence is kept.') }).prefault({}),
  log: Log,
});
export type HubConfig = z.infer<typeof HubConfig>;
