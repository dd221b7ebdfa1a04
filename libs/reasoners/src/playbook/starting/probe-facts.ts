import type { KubeObject } from '@fleetmend/model';
import type { Case } from '@fleetmend/plugin-api';
import { logOf } from '../log-clues.ts';
import { asList, asRecord, podSpecPath, valueAt, type ContainerView } from '../workload.ts';

export const PROBE_FIELDS = { Liveness: 'livenessProbe', Readiness: 'readinessProbe', Startup: 'startupProbe' } as const;
export type ProbeName = keyof typeof PROBE_FIELDS;
const HANDLERS = ['httpGet', 'tcpSocket', 'grpc'] as const;

/** One probe of a container: where it stands, and what it asks for. */
export interface ProbeView {
  readonly field: string;
  readonly path: readonly string[];
  readonly handler: (typeof HANDLERS)[number] | undefined;
  readonly port: number | string | undefined;
  /** The number behind the port; undefined where the container has no port of that name. */
  readonly portNumber: number | undefined;
  readonly urlPath: string | undefined;
  readonly scheme: string;
}

/** What is known of where the program of a container can be asked. */
export interface ContainerFacts {
  readonly probes: readonly ProbeView[];
  readonly ports: readonly { readonly name: string | undefined; readonly number: number }[];
  /** Ports that the program says it listens on, else those that its command line names. */
  readonly listening: readonly number[];
  /** Ports that Services send its traffic to. */
  readonly served: readonly number[];
  /** URL paths that its command line names. */
  readonly paths: readonly string[];
}

export function containerFacts(kase: Case, { path }: ContainerView): ContainerFacts {
  const spec = asRecord(valueAt(kase.target, path));
  const ports = asList(spec['ports']).flatMap((port) => (typeof port['containerPort'] === 'number' ? [{ name: typeof port['name'] === 'string' ? port['name'] : undefined, number: port['containerPort'] }] : []));
  const words = ['command', 'args'].flatMap((list) => (Array.isArray(spec[list]) ? (spec[list] as unknown[]).map(String) : []));
  const said = portsIn(logOf(kase));
  const numberOf = (port: unknown) => (typeof port === 'number' ? port : /^\d+$/.test(String(port)) ? Number(port) : ports.find(({ name }) => name === port)?.number);
  return {
    ports,
    listening: said.length > 0 ? said : words.flatMap((word) => /^--?(?:listen|port|http-port|addr|address|bind)[= ](?:.*:)?(\d{2,5})$/i.exec(word)?.[1] ?? []).map(Number),
    served: services(kase).flatMap((service) => asList(asRecord(service['spec'])['ports']).flatMap(({ targetPort, port }) => numberOf(targetPort ?? port) ?? [])),
    paths: [...new Set(words.flatMap((word) => word.split(/[=\s,;"']/)).filter((part) => /^\/[-A-Za-z0-9._~/]+$/.test(part)))],
    probes: Object.values(PROBE_FIELDS).flatMap((field) => (spec[field] === undefined ? [] : [probeView(asRecord(spec[field]), [...path, field], field, numberOf)])),
  };
}

function probeView(probe: Readonly<Record<string, unknown>>, path: readonly string[], field: string, numberOf: (port: unknown) => number | undefined): ProbeView {
  const handler = HANDLERS.find((name) => probe[name] !== undefined);
  const asks = asRecord(handler && probe[handler]);
  const port = asks['port'] as number | string | undefined;
  return {
    field, path, handler, port, portNumber: port === undefined ? undefined : numberOf(port),
    urlPath: handler === 'httpGet' ? String(asks['path'] ?? '/') : undefined, scheme: String(asks['scheme'] ?? 'HTTP'),
  };
}

/** Source of the words: Go, Node, Python, Java and nginx programs as they start. */
function portsIn(log: string): readonly number[] {
  const found = [...log.matchAll(/(?:listening|serving|running|started|listen)\b[^\n]{0,60}?(?::|port(?:\(s\))?:? )(\d{2,5})\b/gi)].map(([, port]) => Number(port));
  return [...new Set(found)];
}

/** The Services that select the target's pods, as they are live, else as Git has them. */
function services(kase: Case): readonly KubeObject[] {
  const all = [...kase.related, ...(kase.versions[0]?.objects ?? [])].filter(({ kind }) => kind === 'Service');
  const labels = asRecord(valueAt(kase.target, [...podSpecPath(kase.target).slice(0, -1), 'metadata', 'labels']));
  return all.filter((service, index) => {
    const selector = Object.entries(asRecord(asRecord(service['spec'])['selector']));
    const isFirst = all.findIndex(({ metadata }) => metadata.name === service.metadata.name) === index;
    return isFirst && selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
  });
}
