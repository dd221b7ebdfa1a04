/** Where an agent says what it does. Keys follow OpenTelemetry: `k8s.namespace.name`. */
export interface AgentLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const silentLog: AgentLog = { info: () => undefined, warn: () => undefined };
