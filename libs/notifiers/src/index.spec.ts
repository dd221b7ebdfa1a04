import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { notifierConformance, pluginFolderConformance, type ChannelView } from '@fleetmend/plugin-api/conformance';
import { describe } from 'vitest';
import { notifierBench } from './bench.fixture.ts';
import { githubIssues } from './github-issue/stand-in.fixture.ts';
import { notifiers } from './index.ts';
import { jiraSite } from './jira/stand-in.fixture.ts';
import type { NotifierDefinition } from './notifier-definition.ts';
import { pagerDutyEvents } from './pagerduty/stand-in.fixture.ts';
import { slackWorkspace } from './slack/stand-in.fixture.ts';
import type { StandInServer } from './stand-in-server.fixture.ts';
import { receiver } from './webhook/stand-in.fixture.ts';

type Service = StandInServer & { messages(): readonly string[] };

/** Per kind: the service that stands in for the real one, and the config that leads to it. */
const SERVICES: Readonly<Record<string, { readonly start: () => Promise<Service>; readonly config: object; readonly announces: boolean; readonly tellsRollouts: boolean }>> = {
  'github-issue': { start: githubIssues, config: { repository: 'acme/ops', token: 't0ken' }, announces: false, tellsRollouts: true },
  jira: { start: () => jiraSite('cloud'), config: { project: 'OPS', user: 'me@example.org', token: 't0ken' }, announces: false, tellsRollouts: true },
  pagerduty: { start: pagerDutyEvents, config: { routingKey: 'r0uting' }, announces: false, tellsRollouts: false },
  slack: { start: slackWorkspace, config: { token: 't0ken', channel: 'C1' }, announces: true, tellsRollouts: true },
  webhook: { start: receiver, config: {}, announces: true, tellsRollouts: true },
};

async function viewOf(plugin: NotifierDefinition<unknown>): Promise<ChannelView> {
  const service = SERVICES[plugin.kind];
  if (service === undefined) {
    const events = new Map<string, string>();
    const { notifier, close } = await notifierBench(plugin, {}, { writeEvent: async (event) => void (events.has(event.metadata.name) || events.set(event.metadata.name, String(event['message']))) });
    return { notifier, messages: async () => [...events.values()], close: async () => close() };
  }
  const server = await service.start();
  const { notifier, close } = await notifierBench(plugin, { url: server.url, ...service.config });
  const end = async () => {
    close();
    await server.close();
  };
  return { notifier, messages: async () => server.messages(), announces: service.announces, tellsRollouts: service.tellsRollouts, close: end };
}

describe('notifiers', () => {
  pluginFolderConformance({ dir: dirname(fileURLToPath(import.meta.url)), plugins: notifiers });
  describe.each(notifiers)('$kind', (plugin) => {
    notifierConformance({ kind: plugin.kind, create: () => viewOf(plugin as unknown as NotifierDefinition<unknown>) });
  });
});
