import { PermanentError } from '@fleetmend/kernel';
import type { RolloutTeller } from '@fleetmend/plugin-api';
import { z } from 'zod';
import { jsonChannel } from '../json-channel.ts';
import type { NotifierDefinition } from '../notifier-definition.ts';
import { haltLines } from '../one-line.ts';

const Config = z.strictObject({
  url: z.url().describe('Address of the site: `https://example.atlassian.net`.'),
  project: z.string().regex(/^[A-Z][A-Z0-9_]+$/, 'write the key of the project: OPS').describe('Key of the project.'),
  issueType: z.string().min(1).default('Bug').describe('Name of the issue type.'),
  user: z.string().min(1).optional().describe('E-mail of the account (Cloud). Absent: the token is a personal access token of Data Center.'),
  token: z.string().min(1).describe('API token (Cloud) or personal access token (Data Center), by reference.'),
});

/** What is read of Jira's answers (REST API v2: create issue, search by JQL, transitions). */
const Created = z.object({ key: z.string() });
const Found = z.object({ issues: z.array(z.object({ key: z.string(), fields: z.object({ status: z.object({ statusCategory: z.object({ key: z.string() }) }) }) })) });
const Transitions = z.object({ transitions: z.array(z.object({ id: z.string(), to: z.object({ statusCategory: z.object({ key: z.string() }) }) })) });
const DONE = 'done';
const MAX_SUMMARY = 255;
const MAX_DESCRIPTION = 32_000;

/** Files an issue for what a person has to decide, and moves it to a done status when the failure is gone. A halted policy rollout is such a case, too, and its issue a person closes. Moves are not told here. */
export const jira: NotifierDefinition<z.infer<typeof Config>, RolloutTeller> = {
  kind: 'jira',
  config: Config,
  create: ({ url, project, issueType, user, token }, { fetch }) => {
    const call = jsonChannel({ name: 'Jira', fetch, advice: `check user, token, project ${project} and issue type ${issueType} of this notifier` });
    const site = url.replace(/\/+$/, '');
    const root = `${site}/rest/api/2`;
    const headers = { authorization: user === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}` };
    /** Cloud has its search at another place than Data Center since Atlassian took the old one out in 2025. */
    const search = `${root}/search${user === undefined ? '' : '/jql'}`;
    const find = async (marker: string) => {
      const jql = `project = "${project}" AND labels = "${label(marker)}" ORDER BY created ASC`;
      const { issues } = await call({ method: 'GET', url: `${search}?jql=${encodeURIComponent(jql)}&fields=status&maxResults=1`, headers, schema: Found });
      return issues[0];
    };
    const file = async ({ marker, title, body }: { readonly marker: string; readonly title: string; readonly body: string }) => {
      const known = await find(marker);
      const fields = { project: { key: project }, issuetype: { name: issueType }, summary: title.replaceAll(/\s+/g, ' ').slice(0, MAX_SUMMARY), description: `{noformat}\n${body.replaceAll('{noformat}', '{ noformat}').slice(0, MAX_DESCRIPTION)}\n{noformat}`, labels: ['fleetmend', label(marker)] };
      const { key } = known ?? (await call({ url: `${root}/issue`, headers, schema: Created, body: { fields } }));
      return { url: `${site}/browse/${key}` };
    };
    return {
      kind: 'jira',
      announce: async () => undefined,
      escalate: file,
      announceHalt: async (halt) => void (await file({ marker: halt.key, ...haltLines(halt) })),
      async closeTicket({ marker }, comment) {
        const issue = await find(marker);
        if (!issue || issue.fields.status.statusCategory.key === DONE) return;
        const { transitions } = await call({ method: 'GET', url: `${root}/issue/${issue.key}/transitions`, headers, schema: Transitions });
        const done = transitions.find(({ to }) => to.statusCategory.key === DONE);
        if (!done) throw new PermanentError('ChannelRefused', `Jira's workflow has no transition from the present status of ${issue.key} to one that is done, for this account: add one, or close it by hand`);
        await call({ url: `${root}/issue/${issue.key}/comment`, headers, body: { body: `{noformat}\n${comment}\n{noformat}` } });
        await call({ url: `${root}/issue/${issue.key}/transitions`, headers, body: { transition: { id: done.id } } });
      },
    };
  },
};

/** A label may not hold blanks. Source of the marker is a uid, so that nothing has to be escaped in JQL; whatever else is taken out. */
const label = (marker: string): string => `fleetmend-${marker.replaceAll(/[^A-Za-z0-9-]/g, '-')}`;
