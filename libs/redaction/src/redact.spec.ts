import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretName } from './key-names.ts';
import { cleanLines, jwt, plainSecrets, secretPlaces, typedSecrets } from './planted.fixture.ts';
import { redact, scan } from './redact.ts';
import { createSession } from './session.ts';

const redacted = (text: string) => redact(text, createSession());

describe('a token that its form gives away', () => {
  it.each(typedSecrets)('%s goes, wherever it stands', (type, secret) => {
    for (const place of ['{}', 'using {} now', '"{}"', '[{}]', 'a={}', '({}),', 'x\n{}\ny', "'{}'"]) {
      const session = createSession();
      const out = redact(place.replace('{}', () => secret), session);
      expect(out).not.toContain(secret);
      expect(Object.keys(session.counts()).filter((one) => one === type || one === 'SECRET_VALUE')).toHaveLength(1);
    }
  });

  it('goes from JSON inside JSON, where the line breaks of a key are escaped', () => {
    for (const [, secret] of typedSecrets) {
      const text = JSON.stringify({ message: JSON.stringify({ key: secret }) });
      const body = secret.split('\n').at(1) ?? secret;
      expect(redacted(text)).not.toContain(body);
    }
  });

  it('goes also when the log was cut off inside a key', () => {
    const [, key = ''] = typedSecrets[1] ?? [];
    const cut = key.slice(0, 200);
    expect(redacted(`panic: ${cut}`)).toBe('panic: __PRIVATE_KEY_1__');
  });
});

describe('a secret that its place gives away', () => {
  const cases = secretPlaces.flatMap((place) => plainSecrets.map((secret) => [place, secret] as const));
  it.each(cases)('goes: %s with %s', (place, secret) => {
    const out = redacted(place.replace('{}', () => secret));
    expect(out).not.toContain(secret);
    expect(out).toMatch(/__[A-Z_]+_1__/);
  });

  it('goes from a sentence about its variable, and so does the one that it should be', () => {
    expect(redacted('environment variable DB_PASSWORD is "hunter2-Gx9", want "tr0ub4dor"')).toBe('environment variable DB_PASSWORD is "__SECRET_VALUE_1__", want "__SECRET_VALUE_2__"');
    expect(redacted(`API_TOKEN was 'hunter2-Gx9' instead of 'x y'`)).toBe(`API_TOKEN was '__SECRET_VALUE_1__' instead of '__SECRET_VALUE_2__'`);
    expect(redacted('DB_HOST is "postgress", want "postgres"; the password is wrong, want another')).toBe('DB_HOST is "postgress", want "postgres"; the password is wrong, want another');
  });

  it('leaves what stands around it', () => {
    expect(redacted('level=info msg="connecting" password=hunter2-Gx9 host=db')).toBe('level=info msg="connecting" password=__SECRET_VALUE_1__ host=db');
    expect(redacted('postgres://app:hunter2-Gx9@db.shop:5432/checkout')).toBe('postgres://app:__URL_PASSWORD_1__@db.shop:5432/checkout');
    expect(redacted('{"user":"app","password":"a b\\"c","port":5432}')).toBe('{"user":"app","password":"__SECRET_VALUE_1__","port":5432}');
  });
});

describe('placeholders', () => {
  it('are the same for the same secret within one request, and differ for different ones', () => {
    const session = createSession();
    const [, first = ''] = typedSecrets.find(([type]) => type === 'GITHUB_TOKEN') ?? [];
    const second = first.replace(/.$/, 'Z');
    expect(redact(`${first} ${second}`, session)).toBe('__GITHUB_TOKEN_1__ __GITHUB_TOKEN_2__');
    expect(redact(`again ${first}`, session)).toBe('again __GITHUB_TOKEN_1__');
    expect(session.counts()).toEqual({ GITHUB_TOKEN: 3 });
  });

  it('stand for literals that were seen in a spec, in whatever form they come', () => {
    const session = createSession();
    session.learn('tr0ub4dor');
    session.learn('true');
    session.learn('abc');
    expect(redact('it is true that tr0ub4dor and abc', session)).toBe('it is true that __SECRET_VALUE_1__ and abc');
  });
});

describe('clean text', () => {
  it.each(cleanLines)('comes back byte for byte: %s', (line) => {
    expect(redacted(line)).toBe(line);
  });

  it('comes back byte for byte as a whole log', () => {
    const log = cleanLines.join('\n');
    expect(redacted(log)).toBe(log);
    expect(scan(new TextEncoder().encode(log))).toEqual([]);
  });
});

describe('properties', () => {
  const aSecret = fc.oneof(fc.constantFrom(...typedSecrets.map(([, secret]) => secret)), fc.constantFrom(...secretPlaces).chain((place) => fc.constantFrom(...plainSecrets).map((secret) => place.replace('{}', () => secret))));
  const planted = [...typedSecrets.map(([, secret]) => secret), ...plainSecrets];

  it('no planted secret is left in any mixture with clean lines', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(aSecret, fc.constantFrom(...cleanLines)), { maxLength: 12 }), (lines) => {
        const out = redacted(lines.join('\n'));
        for (const secret of planted) expect(out).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  it('a second run changes nothing, and the final gate finds nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(aSecret, fc.constantFrom(...cleanLines), fc.string()), { maxLength: 8 }), (lines) => {
        const once = redacted(lines.join('\n'));
        expect(redacted(once)).toBe(once);
        expect(scan(once)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('no text makes it slow', () => {
    const hostile = ['eyJ', 'eyJa.', 'password:"', 'password=', "name: 'password' value:", 'https://a:', 'cookie:a=', 'Authorization: ', 'bearer ', '-----BEGIN PRIVATE KEY-----', '-----BEGIN PRIVATE KEY-----@', 'a'.repeat(100), '\\"', ' ', 'ghp_', 'token :   ', 'x://', 'password: a   \t'];
    for (const piece of hostile) {
      const text = piece.repeat(Math.ceil(200_000 / piece.length));
      const began = performance.now();
      redacted(text);
      expect(performance.now() - began, `200 kB of ${JSON.stringify(piece)}`).toBeLessThan(2_000);
    }
  });
});

describe('the final gate', () => {
  it('names what it found in bytes', () => {
    expect(scan(Buffer.from(`hello ${jwt}`))).toEqual([{ type: 'JWT', count: 1 }]);
  });

  it('finds a secret beside bytes that are no text', () => {
    expect(scan(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(` ${jwt} `)]))).toEqual([{ type: 'JWT', count: 1 }]);
  });
});

describe('names', () => {
  it.each(['DB_PASSWORD', 'dbPassword', 'api-key', 'apiKey', 'AWS_SECRET_ACCESS_KEY', 'client_secret', 'GITHUB_TOKEN', 'auth', 'registryAuth', 'client-key-data', 'POSTGRES_PASSWD', 'sessionId', 'SIGNING_KEY', 'redis.pwd', '.dockerconfigjson', 'NPM_TOKEN'])('%s holds a secret', (name) => {
    expect(isSecretName(name)).toBe(true);
  });
  it.each(['secretName', 'secretKeyRef', 'passwordFile', 'TOKEN_PATH', 'tokenExpirationSeconds', 'max_tokens', 'author', 'passenger', 'AUTH_URL', 'imagePullSecrets', 'memory', 'key', 'tokenReview', 'password_hash', 'authority', 'keys', 'signal'])('%s does not', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});
