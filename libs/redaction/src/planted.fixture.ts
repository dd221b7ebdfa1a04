import type { SecretType } from './session.ts';

/** Joined here, so that this file itself holds no text in the form of a secret. All are invented. */
const join = (...parts: readonly string[]): string => parts.join('');
const letters = 'aZ3kQ9mP2xR7vL5nB8cT1wY6jH4gF0dSeUiOpAqW';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const jwt = [base64url({ alg: 'RS256', typ: 'JWT' }), base64url({ sub: 'system:serviceaccount:shop:checkout' }), 'c2lnbmF0dXJlLWJ5dGVz'].join('.');
const keyBody = Array.from({ length: 6 }, (_, line) => base64(`${letters}${line}`)).join('\n');
const pem = (kind: string): string => join('-----', 'BEGIN ', kind, 'PRIVATE', ' KEY-----\n', keyBody, '\n-----', 'END ', kind, 'PRIVATE', ' KEY-----');

/** Secrets that their own form gives away. */
export const typedSecrets: readonly (readonly [SecretType, string])[] = [
  ['PRIVATE_KEY', pem('')], ['PRIVATE_KEY', pem('RSA ')], ['PRIVATE_KEY', pem('EC ')], ['PRIVATE_KEY', pem('OPENSSH ')], ['PRIVATE_KEY', pem('ENCRYPTED ')],
  ['JWT', jwt],
  ['AWS_KEY', join('AK', 'IA', 'IOSFODNN7EXAMPLE')], ['AWS_KEY', join('AS', 'IA', 'Y34FZKBOKMUTVV7A')],
  ['GCP_KEY', join('AI', 'za', letters.slice(0, 35))], ['GCP_KEY', join('ya', '29.', letters)], ['GCP_KEY', join('GOC', 'SPX-', letters.slice(0, 28))],
  ['AZURE_KEY', join('abc', '8Q', '~', letters.slice(0, 34))],
  ...['p', 'o', 'u', 's', 'r'].map((kind) => ['GITHUB_TOKEN', join('gh', kind, '_', letters.slice(0, 36))] as const), ['GITHUB_TOKEN', join('github', '_pat_', '11ABCDEFG0', letters)],
  ...['pat', 'dt', 'rt', 'cbt'].map((kind) => ['GITLAB_TOKEN', join('gl', kind, '-', letters.slice(0, 20))] as const),
  ...['b', 'p', 'a', 's'].map((kind) => ['SLACK_TOKEN', join('xo', 'x', kind, '-1234567890-', letters.slice(0, 24))] as const), ['SLACK_TOKEN', join('xa', 'pp-1-A0B1-', letters.slice(0, 30))],
  ['STRIPE_KEY', join('sk', '_live_', letters.slice(0, 24))], ['STRIPE_KEY', join('rk', '_test_', letters.slice(0, 24))], ['STRIPE_KEY', join('wh', 'sec_', letters.slice(0, 32))],
  ['API_TOKEN', join('np', 'm_', letters.slice(0, 36))], ['API_TOKEN', join('s', 'k-proj-', letters)], ['API_TOKEN', join('S', 'G.', letters.slice(0, 22), '.', letters)], ['API_TOKEN', join('hv', 's.', letters.slice(0, 28))],
];

/** Secrets that look like nothing, given away by where they stand. `{}` is the place. */
export const plainSecrets = ['hunter2-Gx9', 'S3cr3t!value', 'c0rrectHorse_battery', base64('checkout:pa55word')] as const;
export const secretPlaces: readonly string[] = [
  '{"user":"app","password":"{}","port":5432}', '{"db_password": "{}"}', '{"data":"{\\"apiKey\\":\\"{}\\"}"}', '{"auths":{"registry.test":{"auth":"{}"}}}',
  'password: {}', '  client-key-data: {}', '  - dbPassword: {}   # rotated', 'spring.datasource.password: {}',
  'level=info msg="connecting" password={} host=db', 'time=now db_passwd="{}" ok', 'DB_PASSWORD={}', 'export API_KEY={}', 'AWS_SECRET_ACCESS_KEY={}',
  'GET /login?user=a&password={}&next=1', 'GET /cb?access_token={}&state=2', 'run --password={} --verbose', 'run --client-secret {} --verbose',
  'postgres://app:{}@db.shop:5432/checkout', 'amqp://u:{}@mq:5672', 'failed to connect to `mongodb://root:{}@mongo:27017/?a=b`',
  'Authorization: Bearer {}', 'authorization: Token {}', '"Authorization":["Bearer {}"]', '> Proxy-Authorization: Basic {}', 'Cookie: session={}; theme=dark', 'Set-Cookie: sid={}; Path=/; HttpOnly',
  '- name: DB_PASSWORD\n  value: {}', '{"name":"API_TOKEN","value":"{}"}', 'DefaultEndpointsProtocol=https;AccountName=x;AccountKey={};EndpointSuffix=core',
];

/** What clusters log all day, and must come back byte for byte. */
export const cleanLines: readonly string[] = [
  'Successfully pulled image "registry.test/checkout@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" in 1.2s',
  'Created pod: checkout-7d9f8c6b5-x2x4z', 'uid 0b5c3f0e-7a1d-4d5e-9c1a-2f6f3f1c9e77 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7',
  '2026-01-05T09:14:02.123456Z INFO  server: listening on 0.0.0.0:8080 (pid 1)', 'GET /healthz?verbose=1 200 0.3ms', 'commit 3f2c1abf9e7d6c5b4a39281706f5e4d3c2b1a098 merged',
  'MountVolume.SetUp failed for volume "kube-api-access-8xk2p" : failed to sync configmap cache: timed out waiting for the condition', 'Error: secret "checkout-db" not found', 'secretName: checkout-tls', 'secret=shop/checkout-db', 'secret=checkout-db-2024',
  'tokenExpirationSeconds: 3607', 'max_tokens=4096 prompt_tokens=12', 'unexpected token: }', 'SyntaxError: Unexpected token < in JSON at position 0', 'automountServiceAccountToken: true', 'imagePullSecrets: [{name: regcred}]',
  'password authentication failed for user "app"', 'passwordSecretRef: {name: db, key: password}', 'value: $(DB_PASSWORD)', 'password: ${DB_PASSWORD}', 'auth: required', 'basic authentication is off', 'bearer of bad news',
  'containerID: containerd://b1a5c0ffee00112233445566778899aabbccddeeff00112233445566778899aa', 'http://user@host.test/path', 'see https://docs.test/a:b@c for more', 'dial tcp 10.0.0.7:5432: connect: connection refused',
  'AKIA is a prefix', 'eyJust a word.with.dots', 'sk-learn-is-a-library-name-that-is-long', 'image: 127.0.0.1:5999/labapp:1', 'resourceVersion: "184467440737"', 'cookie consent was given', 'Killed process 4242 (java) total-vm:9876543kB, anon-rss:65536kB',
];
