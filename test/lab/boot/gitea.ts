import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { sshSigner } from '@fleetmend/git';
import { z } from 'zod';
import { runCommand } from '../build/go-toolchain.ts';
import { answers } from './http-probe.ts';
import { program, shareFolder, type BootContext, type GiteaFacts } from './lab.ts';
import { launch, untilReady } from './server-process.ts';

const URL = 'http://127.0.0.1:3000';

/** Only what differs from the defaults: one process, SQLite, nothing that leaves the machine, no background jobs. */
const config = (folder: string, share: string, { secret, trusted }: { readonly secret: string; readonly trusted: string }): string => `APP_NAME = Fleetmend lab
RUN_USER = ${userInfo().username}
RUN_MODE = prod
WORK_PATH = ${folder}
; The lab's own namespace is the boundary; a second user would have to be left behind on the machine.
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = 3000
ROOT_URL = ${URL}/
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = ${share}
APP_DATA_PATH = ${join(folder, 'data')}
LFS_START_SERVER = false
[database]
DB_TYPE = sqlite3
PATH = ${join(folder, 'data', 'gitea.db')}
SQLITE_JOURNAL_MODE = WAL
[repository]
ROOT = ${join(folder, 'repositories')}
DEFAULT_BRANCH = main
[repository.signing]
TRUSTED_SSH_KEYS = ${trusted}
[security]
INSTALL_LOCK = true
SECRET_KEY = ${secret}
PASSWORD_COMPLEXITY = off
[service]
DISABLE_REGISTRATION = true
[webhook]
ALLOWED_HOST_LIST = loopback
[actions]
ENABLED = false
[packages]
ENABLED = false
[indexer]
REPO_INDEXER_ENABLED = false
ISSUE_INDEXER_TYPE = db
[cron]
ENABLED = false
[mailer]
ENABLED = false
[session]
PROVIDER = memory
[oauth2]
ENABLED = false
[log]
MODE = console
LEVEL = Warn
ROOT_PATH = ${join(folder, 'log')}
`;

const token = z.object({ sha1: z.string().min(1) });

const basic = (name: string, password: string): string => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** One call of Gitea's API v1; an error holds the answer. */
const call = async (path: string, options: { readonly authorization: string; readonly body: unknown }): Promise<unknown> => {
  const response = await fetch(`${URL}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: options.authorization, 'content-type': 'application/json' },
    body: JSON.stringify(options.body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`gitea answered ${response.status} to POST ${path}: ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : undefined;
};

const tokenFor = async (name: string, password: string, scopes: readonly string[]): Promise<string> =>
  token.parse(await call(`/users/${name}/tokens`, { authorization: basic(name, password), body: { name: 'lab', scopes } })).sha1;

/** A Gitea with an administrator and an ordinary bot user. Passwords and tokens are new in every lab. */
export const startGitea = async (context: BootContext): Promise<GiteaFacts> => {
  const folder = join(context.run, 'gitea');
  mkdirSync(join(folder, 'data'), { recursive: true });
  const file = join(folder, 'app.ini');
  const signing = { privateKey: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  const trusted = sshSigner(signing.privateKey).publicKey;
  writeFileSync(file, config(folder, shareFolder(context, 'gitea'), { secret: randomBytes(24).toString('hex'), trusted }), { mode: 0o600 });
  const gitea = program(context, 'gitea', 'gitea');
  const env = { PATH: context.path, HOME: folder, GITEA_WORK_DIR: folder };
  const run = async (...args: string[]): Promise<void> => {
    const result = await runCommand([gitea, '--config', file, ...args], { cwd: folder, env });
    if (result.status !== 0) throw new Error(`gitea ${args.slice(0, 3).join(' ')} failed:\n${(result.stdout + result.stderr).trim().split('\n').slice(-12).join('\n')}`);
  };
  const admin = { name: 'lab-admin', password: randomBytes(12).toString('hex') };
  const bot = { name: 'fleetmend-bot', password: randomBytes(12).toString('hex') };
  await run('migrate');
  await run('admin', 'user', 'create', '--admin', '--username', admin.name, '--password', admin.password, '--email', 'admin@lab.invalid', '--must-change-password=false');
  const server = launch(context, { name: 'gitea', command: [gitea, '--config', file, 'web'], cwd: folder, env });
  await untilReady(server, { what: 'answered /api/healthz', seconds: 60, probe: () => answers(`${URL}/api/healthz`) });
  const adminToken = await tokenFor(admin.name, admin.password, ['all']);
  await call('/admin/users', {
    authorization: `token ${adminToken}`,
    body: { username: bot.name, email: 'bot@lab.invalid', password: bot.password, must_change_password: false },
  });
  const botToken = await tokenFor(bot.name, bot.password, ['write:repository', 'write:issue', 'read:user']);
  return { url: URL, admin: { ...admin, token: adminToken }, bot: { ...bot, token: botToken }, signing };
};
