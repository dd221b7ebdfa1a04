import { standInServer, type Answered, type Asked, type StandInServer } from '../stand-in-server.fixture.ts';

interface Message {
  readonly ts: string;
  readonly text: string;
  readonly thread: string | undefined;
}

export interface SlackWorkspace extends StandInServer {
  readonly posted: Message[];
  /** The next post is refused with this error, as Slack does: 200 and `ok: false`. */
  refuse(error: string): void;
  messages(): readonly string[];
}

/** One channel of Slack's Web API: chat.postMessage and chat.getPermalink. Nearly every answer is 200; `ok` says what became of it. */
export async function slackWorkspace(): Promise<SlackWorkspace> {
  const posted: Message[] = [];
  const refusals: string[] = [];
  const server = await standInServer(({ method, path, query, headers, body }: Asked): Answered => {
    if (headers.authorization !== 'Bearer t0ken') return { status: 200, body: { ok: false, error: 'invalid_auth' } };
    if (path === '/chat.getPermalink' && method === 'GET') return { status: 200, body: { ok: true, permalink: `https://slack.test/archives/${query.get('channel')}/p${query.get('message_ts')?.replace('.', '')}` } };
    if (path !== '/chat.postMessage' || method !== 'POST') return { status: 200, body: { ok: false, error: 'unknown_method' } };
    const error = refusals.shift();
    if (error !== undefined) return { status: 200, body: { ok: false, error } };
    const { channel, text, thread_ts: thread } = body as { channel: string; text: string; thread_ts?: string };
    if (channel !== 'C1') return { status: 200, body: { ok: false, error: 'channel_not_found' } };
    const ts = `17000000${posted.length}.000100`;
    posted.push({ ts, text, thread });
    return { status: 200, body: { ok: true, channel, ts } };
  });
  return Object.assign(server, { posted, refuse: (error: string) => void refusals.push(error), messages: () => posted.map(({ text }) => text) });
}
