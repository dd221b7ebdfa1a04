/** Words that make a name the name of a secret, in names without separators and in lower case. */
const SECRET_WORDS = [
  'password', 'passwd', 'passphrase', 'secret', 'token', 'apikey', 'accesskey', 'privatekey', 'clientkeydata', 'credential', 'connectionstring', 'accountkey', 'sharedkey', 'signingkey',
  'encryptionkey', 'masterkey', 'sessionkey', 'sessionid', 'cookie', 'authorization', 'dockerconfigjson', 'jwt',
] as const;
/** Names that are secret only as a whole or as a last word. */
const SECRET_NAMES = ['auth', 'pwd', 'pass', 'sig', 'signature', 'dsn', 'otp', 'bearer', 'salt', 'psk'] as const;
/** A name that ends like this talks about a secret, and holds none. */
const ABOUT = [
  'name', 'names', 'ref', 'refs', 'path', 'file', 'files', 'url', 'uri', 'type', 'types', 'id', 'ids', 'length', 'len', 'count', 'total', 'expiry', 'expires', 'expiration', 'expirationseconds', 'seconds', 'ttl',
  'age', 'policy', 'algorithm', 'version', 'endpoint', 'enabled', 'disabled', 'required', 'provider', 'issuer', 'kind', 'mountpath', 'namespace', 'tokens', 'secrets', 'limit', 'size', 'status', 'error', 'valid',
  'format', 'method', 'mode', 'store', 'class', 'manager', 'controller', 'volume', 'used', 'usage', 'bucket', 'optional', 'hash', 'review', 'reviews', 'audience', 'audiences', 'key', 'keys', 'prefix', 'header',
] as const;
/** …except these, which end like a word of the list above and do hold one. */
const HELD_ALL_THE_SAME = ['apikey', 'accesskey', 'privatekey', 'secretkey', 'accountkey', 'sharedkey', 'signingkey', 'encryptionkey', 'masterkey', 'sessionkey', 'sessionid'] as const;

/** Most names of a log are none of these: one look settles it. */
const PERHAPS = /pass|pwd|secret|token|key|cred|connection|session|cookie|auth|docker|jwt|sig|dsn|otp|bearer|salt|psk/i;

/**
 * Whether a key, environment variable, flag or field of that name usually holds a secret: `DB_PASSWORD`, `apiKey`,
 * `client-key-data`; not `secretName`, `tokenExpirationSeconds`, `max_tokens`.
 */
export function isSecretName(name: string): boolean {
  if (name.length > 128 || !PERHAPS.test(name)) return false;
  const flat = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (HELD_ALL_THE_SAME.some((word) => flat.endsWith(word))) return true;
  if (SECRET_NAMES.some((word) => flat === word) || SECRET_NAMES.includes(lastWord(name) as (typeof SECRET_NAMES)[number])) return true;
  return SECRET_WORDS.some((word) => flat.includes(word)) && !ABOUT.some((word) => flat.endsWith(word));
}

function lastWord(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase().split(/[^a-z0-9]+/).findLast((word) => word !== '') ?? '';
}
