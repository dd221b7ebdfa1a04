import type { RolloutTeller } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { jsonChannel } from '../json-channel.ts';
import type { NotifierDefinition } from '../notifier-definition.ts';
import { haltLines } from '../one-line.ts';

const Config = z.strictObject({
  token: z.string().min(1).describe('Token that may write issues of the repository, by reference.'),
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'write OWNER/NAME').describe('Where the issues go: `OWNER/NAME`.'),
  url: z.url().default('https://api.github.com').describe('Address of the REST API; of GitHub Enterprise: `https://HOST/api/v3`.'),
  label: z.string().min(1).max(50).default('fleetmend').describe('Label of our issues, by which they are found again.'),
});

/** The fields that are read of an issue (GitHub REST API, version 2022-11-28, "List repository issues"). Pull requests are in that list too. */
const Issue = z.object({ number: z.int(), html_url: z.string(), state: z.string(), body: z.string().nullish(), pull_request: z.unknown().optional() });
const PAGE = 100;
const PAGES = 10;

/** Files an issue for what a person has to decide, and closes it when the failure is gone. A halted policy rollout is such a case, too, and its issue a person closes. Moves are not told here. */
export const githubIssue: NotifierDefinition<z.infer<typeof Config>, RolloutTeller> = {
  kind: 'github-issue',
  config: Config,
  create: ({ token, repository, url, label }, { fetch }) => {
    const call = jsonChannel({ name: 'GitHub', fetch, advice: `check that the token may read and write issues of ${repository}, and that issues are switched on there` });
    const root = `${url.replace(/\/+$/, '')}/repos/${repository}/issues`;
    const headers = { authorization: `Bearer ${token}`, 'x-github-api-version': '2022-11-28', accept: 'application/vnd.github+json' };
    /** By list and not by search: the search index lags behind, and a second issue would be made meanwhile. */
    const find = async (marker: string) => {
      for (let page = 1; page <= PAGES; page += 1) {
        const issues = await call({ method: 'GET', url: `${root}?state=all&labels=${encodeURIComponent(label)}&per_page=${PAGE}&page=${page}`, headers, schema: z.array(Issue) });
        const found = issues.find((issue) => issue.pull_request === undefined && issue.body?.includes(comment(marker)));
        if (found || issues.length < PAGE) return found;
      }
      return undefined;
    };
    const file = async ({ marker, title, body }: { readonly marker: string; readonly title: string; readonly body: string }) => {
      const known = await find(marker);
      const issue = known ?? (await call({ url: root, headers, schema: Issue, body: { title: plain(title), labels: [label], body: `${fenced(body)}\n\n${comment(marker)}\n` } }));
      return { url: issue.html_url };
    };
    return {
      kind: 'github-issue',
      announce: async () => undefined,
      escalate: file,
      announceHalt: async (halt) => void (await file({ marker: halt.key, ...haltLines(halt) })),
      async closeTicket({ marker }, text) {
        const issue = await find(marker);
        if (issue?.state !== 'open') return;
        await call({ url: `${root}/${issue.number}/comments`, headers, body: { body: fenced(text) } });
        await call({ method: 'PATCH', url: `${root}/${issue.number}`, headers, body: { state: 'closed', state_reason: 'completed' } });
      },
    };
  },
};

const comment = (marker: string): string => `<!-- fleetmend ${marker} -->`;

/** A title is rendered without markup, but a name with `@` or `#` in it would still mention somebody. */
const plain = (title: string): string => title.replaceAll(/[@#]/g, (sign) => `${sign}\u200b`).slice(0, 256);

/** Text that no markup, mention, link or closing keyword gets out of: a fence longer than any run of backticks in it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
