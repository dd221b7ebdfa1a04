import { standInServer, type Answered, type Asked, type StandInServer } from '../stand-in-server.fixture.ts';

interface Issue {
  number: number;
  html_url: string;
  state: string;
  title: string;
  body: string;
  labels: string[];
  comments: string[];
  pull_request?: object;
}

export interface GitHubIssues extends StandInServer {
  readonly issues: Issue[];
  messages(): readonly string[];
}

/**
 * The issues of one repository, as GitHub's REST API (version 2022-11-28) answers them: "List repository issues" (pull requests
 * are among them, labels and state filter, pages), "Create an issue" (201), "Update an issue", "Create an issue comment" (201).
 * A missing token is 401 "Bad credentials"; another repository is 404.
 */
export async function githubIssues(): Promise<GitHubIssues> {
  const issues: Issue[] = [];
  const root = '/repos/acme/ops/issues';
  const answer = ({ method, path, query, headers, body }: Asked): Answered => {
    if (headers.authorization !== 'Bearer t0ken') return { status: 401, body: { message: 'Bad credentials' } };
    if (!path.startsWith(root)) return { status: 404, body: { message: 'Not Found' } };
    if (method === 'GET' && path === root) {
      const matching = issues.filter(({ labels, state }) => labels.includes(query.get('labels') ?? '') && (query.get('state') === 'all' || state === 'open')).reverse();
      const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)];
      return { status: 200, body: matching.slice((page - 1) * size, page * size) };
    }
    if (method === 'POST' && path === root) {
      const { title, body: text, labels } = body as { title?: string; body: string; labels: string[] };
      if (!title) return { status: 422, body: { message: 'Validation Failed' } };
      const number = issues.length + 1;
      const issue: Issue = { number, html_url: `https://forge.test/acme/ops/issues/${number}`, state: 'open', title, body: text, labels, comments: [] };
      issues.push(issue);
      return { status: 201, body: issue };
    }
    const [, number, comments] = /^\/repos\/acme\/ops\/issues\/(\d+)(\/comments)?$/.exec(path) ?? [];
    const issue = issues.find((one) => one.number === Number(number));
    if (!issue) return { status: 404, body: { message: 'Not Found' } };
    if (comments && method === 'POST') {
      issue.comments.push((body as { body: string }).body);
      return { status: 201, body: {} };
    }
    if (method === 'PATCH') Object.assign(issue, { state: (body as { state: string }).state });
    return { status: 200, body: issue };
  };
  const server = await standInServer(answer);
  return Object.assign(server, { issues, messages: () => issues.flatMap(({ title, body, comments, state }) => [`${state}: ${title}\n${body}`, ...comments]) });
}
