import type { Exchange } from './recording-proxy.ts';

/** The requests that one kubectl command of the list made, in the order in which they were answered. */
export interface RecordedCommand {
  readonly command: string;
  readonly exchanges: readonly Exchange[];
}

/**
 * The file `libs/sandbox/recordings/kubectl.json`: a JSON array of `{command, exchanges}`, where an exchange is
 * `{method, path, accept?, contentType?, body?, status, response?}`.
 *
 * `body` and `response` are JSON values where they were JSON, text where they were text (a watch: its lines), and
 * `{base64}` where they were neither. The response of a discovery or OpenAPI document is left out.
 * Names, uids, versions and times are those of the recording.
 */
export const renderRecordings = (commands: readonly RecordedCommand[]): string =>
  `[\n${commands.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`;
