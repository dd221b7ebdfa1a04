import { pino, type DestinationStream, type Logger } from 'pino';
import { redactFields } from './redact-fields.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `hub`, `agent` …: the field `service.name` of OpenTelemetry. */
  readonly service: string;
  /** Where lines go; standard error when absent, because standard output belongs to answers. */
  readonly destination?: DestinationStream;
}

/** JSON lines through pino, with secret-like fields taken out. Keys follow OpenTelemetry: `k8s.namespace.name`. */
export function createLogger({ level, service, destination = pino.destination({ fd: 2, sync: false }) }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { 'service.name': service },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      serializers: { err: (error: unknown) => error },
      formatters: { level: (label) => ({ level: label }), log: (fields) => redactFields(fields) },
    },
    destination,
  );
}
