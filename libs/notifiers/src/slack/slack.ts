import { PermanentError } from '@fleetmend/kernel';
import type { RolloutTeller } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { AnnouncedPhases, NEWS } from '../announced-phases.ts';
import { jsonChannel } from '../json-channel.ts';
import type { NotifierDefinition } from '../notifier-definition.ts';
import { haltLines, oneLine } from '../one-line.ts';
import { openSaid } from '../said.ts';

const Config = z.strictObject({
  token: z.string().min(1).describe('Bot token with the scope `chat:write`, by reference.'),
  channel: z.string().min(1).describe('Id of the channel; the bot has to be in it.'),
  url: z.url().default('https://slack.com/api').describe('Address of the Web API.'),
  announce: AnnouncedPhases(NEWS),
});

/** Slack answers 200 to nearly everything; `ok` and `error` say what became of it (Web API, chat.postMessage). */
const Posted = z.object({ ok: z.boolean(), error: z.string().optional(), ts: z.string().optional() });
const Link = z.object({ ok: z.boolean(), permalink: z.string().optional() });
const TRANSIENT = new Set(['ratelimited', 'rate_limited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);
/** Slack cuts longer texts (chat.postMessage). */
const MAX_TEXT = 4_000;

/** Says what happens to a request in a channel: the first message of each request opens a thread, what follows goes into it. */
export const slack: NotifierDefinition<z.infer<typeof Config>, RolloutTeller> = {
  kind: 'slack',
  config: Config,
  create: ({ token, channel, url, announce }, { fetch, clock, stateDir }) => {
    const call = jsonChannel({ name: 'Slack', fetch, advice: 'check token and channel of this notifier' });
    const said = openSaid({ stateDir, clock });
    const headers = { authorization: `Bearer ${token}` };
    const root = url.replace(/\/+$/, '');
    const post = async (text: string, thread: string | undefined): Promise<string> => {
      const { ok, error = 'unknown', ts } = await call({ url: `${root}/chat.postMessage`, headers, schema: Posted, body: { channel, text: escape(text).slice(0, MAX_TEXT), unfurl_links: false, ...(thread === undefined ? {} : { thread_ts: thread }) } });
      if (ok && ts !== undefined) return ts;
      if (TRANSIENT.has(error)) throw new Error(`Slack could not take the message: ${error}`);
      throw new PermanentError('ChannelRefused', `Slack refused the message: ${error}; ${error === 'not_in_channel' ? `invite the bot to ${channel}` : 'check token, scope chat:write and channel of this notifier'}`);
    };
    /** Says it once; in the thread of its request, or as the message that opens it. */
    const say = (key: string, uid: string, text: string): Promise<string> =>
      said.once(key, async () => {
        const thread = said.find(`thread/${uid}`);
        const ts = await post(text, thread);
        if (thread === undefined) await said.once(`thread/${uid}`, async () => ts);
        return ts;
      });
    return {
      kind: 'slack',
      async announce(announcement) {
        if (announce.includes(announcement.to)) await say(announcement.key, announcement.request.metadata.uid, oneLine(announcement));
      },
      async escalate({ request, marker, title, body }) {
        const ts = await say(`${marker}/ticket`, request.metadata.uid, `${title}\n${body}`);
        const { ok, permalink } = await call({ method: 'GET', url: `${root}/chat.getPermalink?channel=${encodeURIComponent(channel)}&message_ts=${encodeURIComponent(ts)}`, headers, schema: Link });
        return ok && permalink !== undefined ? { url: permalink } : undefined;
      },
      async closeTicket({ request, marker }, comment) {
        if (said.find(`${marker}/ticket`) !== undefined) await say(`${marker}/closed`, request.metadata.uid, comment);
      },
      async announceHalt(halt) {
        const { title, body } = haltLines(halt);
        await say(halt.key, halt.rollout.uid, `${title}\n${body}`);
      },
    };
  },
};

/** The three characters that Slack reads as markup; without them no mention and no link can be written. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
