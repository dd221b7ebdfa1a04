import type { GiteaFacts } from '../boot/lab.ts';

export interface GiteaApi {
  /** One call of the API v1 as this user: the parsed answer. @throws Error with status and answer, unless the status is in `allow`. */
  call<T>(method: string, path: string, options?: { readonly body?: unknown; readonly allow?: readonly number[] }): Promise<T | undefined>;
}

/** Gitea's API v1 as one user. */
export const giteaApi = (gitea: GiteaFacts, user: { readonly token: string }): GiteaApi => ({
  async call<T>(method: string, path: string, { body, allow = [] }: { readonly body?: unknown; readonly allow?: readonly number[] } = {}) {
    const response = await fetch(`${gitea.url}/api/v1${path}`, {
      method,
      headers: { authorization: `token ${user.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (allow.includes(response.status)) return undefined;
    if (!response.ok) throw new Error(`gitea answered ${response.status} to ${method} ${path}: ${text.slice(0, 300)}`);
    return (text ? JSON.parse(text) : undefined) as T | undefined;
  },
});

export interface NewRepository {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly message: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * A public repository of the administrator with one commit on `main`, which the bot may read and push branches to,
 * but whose `main` only its owner may push to. Answers `owner/name`.
 */
export const createRepository = async (gitea: GiteaFacts, repository: NewRepository): Promise<string> => {
  const api = giteaApi(gitea, gitea.admin);
  const full = `${gitea.admin.name}/${repository.name}`;
  await api.call('POST', '/user/repos', { body: { name: repository.name, auto_init: false, default_branch: 'main', private: false } });
  await api.call('POST', `/repos/${full}/contents`, {
    body: {
      branch: 'main',
      message: repository.message,
      files: Object.entries(repository.files).map(([path, content]) => ({ operation: 'create', path, content: base64(content) })),
    },
  });
  await api.call('PUT', `/repos/${full}/collaborators/${gitea.bot.name}`, { body: { permission: 'write' } });
  await api.call('POST', `/repos/${full}/branch_protections`, {
    body: { rule_name: 'main', enable_push: true, enable_push_whitelist: true, push_whitelist_usernames: [gitea.admin.name], required_approvals: 0 },
  });
  return full;
};

/** Commits files on top of a branch as the administrator; the new commit's SHA. */
export const commitAsOwner = async (
  gitea: GiteaFacts,
  change: { readonly repository: string; readonly branch: string; readonly files: Readonly<Record<string, string>>; readonly message: string },
): Promise<string> => {
  const api = giteaApi(gitea, gitea.admin);
  const files = await Promise.all(
    Object.entries(change.files).map(async ([path, content]) => {
      const place = `/repos/${change.repository}/contents/${path}?ref=${encodeURIComponent(change.branch)}`;
      const known = await api.call<{ sha: string }>('GET', place, { allow: [404] });
      return { operation: known ? 'update' : 'create', path, content: base64(content), ...(known ? { sha: known.sha } : {}) };
    }),
  );
  const made = await api.call<{ commit: { sha: string } }>('POST', `/repos/${change.repository}/contents`, {
    body: { branch: change.branch, message: change.message, files },
  });
  return made?.commit.sha ?? '';
};
