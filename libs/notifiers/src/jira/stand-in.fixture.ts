import { standInServer, type Answered, type Asked, type StandInServer } from '../stand-in-server.fixture.ts';

interface Issue {
  key: string;
  fields: { summary: string; description: string; labels: string[]; status: { statusCategory: { key: string } } };
  comments: string[];
}

export interface JiraSite extends StandInServer {
  readonly issues: Issue[];
  /** Transitions that the workflow offers. */
  readonly workflow: { transitions: { readonly id: string; readonly to: { statusCategory: { key: string } } }[] };
  messages(): readonly string[];
}

/**
 * One project, as Jira's REST API v2 answers it: search by JQL (`/search/jql` on Cloud, where `/search` is gone: 410; `/search`
 * on Data Center), "Create issue" (201 with id, key, self; a label with a blank is 400), "Get transitions", "Transition issue" (204), "Add comment" (201).
 */
export async function jiraSite(kind: 'cloud' | 'data-center'): Promise<JiraSite> {
  const issues: Issue[] = [];
  const workflow: JiraSite['workflow'] = { transitions: [{ id: '11', to: { statusCategory: { key: 'indeterminate' } } }, { id: '31', to: { statusCategory: { key: 'done' } } }] };
  const authorization = kind === 'cloud' ? `Basic ${Buffer.from('me@example.org:t0ken').toString('base64')}` : 'Bearer t0ken';
  const answer = ({ method, path, query, headers, body }: Asked): Answered => {
    if (headers.authorization !== authorization) return { status: 401, body: { errorMessages: ['You do not have permission'] } };
    const below = path.replace('/rest/api/2', '');
    if (below === '/search' && kind === 'cloud') return { status: 410, body: { errorMessages: ['The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.'] } };
    if (below === (kind === 'cloud' ? '/search/jql' : '/search')) {
      const [, label] = /labels = "([^"]*)"/.exec(query.get('jql') ?? '') ?? [];
      return { status: 200, body: { issues: issues.filter(({ fields }) => fields.labels.includes(label ?? '')).slice(0, Number(query.get('maxResults'))) } };
    }
    if (method === 'POST' && below === '/issue') {
      const { fields } = body as { fields: { project: { key: string }; summary: string; description: string; labels: string[] } };
      if (fields.project.key !== 'OPS' || fields.labels.some((label) => /\s/.test(label)) || /\n/.test(fields.summary)) return { status: 400, body: { errorMessages: [], errors: { project: 'valid project is required' } } };
      const issue: Issue = { key: `OPS-${issues.length + 1}`, fields: { ...fields, status: { statusCategory: { key: 'new' } } }, comments: [] };
      issues.push(issue);
      return { status: 201, body: { id: '1', key: issue.key, self: 'x' } };
    }
    const [, key, what] = /^\/issue\/(OPS-\d+)\/(comment|transitions)$/.exec(below) ?? [];
    const issue = issues.find((one) => one.key === key);
    if (!issue) return { status: 404, body: { errorMessages: ['Issue does not exist or you do not have permission to see it.'] } };
    if (what === 'comment') {
      issue.comments.push((body as { body: string }).body);
      return { status: 201, body: {} };
    }
    if (method === 'GET') return { status: 200, body: { transitions: workflow.transitions } };
    const chosen = workflow.transitions.find(({ id }) => id === (body as { transition: { id: string } }).transition.id);
    if (chosen) issue.fields.status = chosen.to;
    return { status: 204 };
  };
  const server = await standInServer(answer);
  return Object.assign(server, {
    issues,
    workflow,
    messages: () => issues.flatMap(({ fields, comments }) => [`${fields.status.statusCategory.key}: ${fields.summary}\n${fields.description}`, ...comments]),
  });
}
