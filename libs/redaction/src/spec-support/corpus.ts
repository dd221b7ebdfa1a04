import { gzipSync } from 'node:zlib';
import { plainSecrets, secretPlaces, typedSecrets } from '../planted.fixture.ts';

/** One text with a secret in it. */
export interface Planted {
  readonly kind: string;
  readonly carrier: string;
  readonly text: string;
  /** Must not be found in what is left, neither as it is nor as it was encoded. */
  readonly secrets: readonly string[];
}

type Next = () => number;

/** Mulberry32: small, seeded, good enough to choose with. */
export function seeded(seed: number): Next {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const digits = (next: Next, count: number): string => Array.from({ length: count }, () => Math.floor(next() * 10)).join('');

function card(next: Next): string {
  const [prefix, length] = [['4', 16], ['51', 16], ['2221', 16], ['34', 15], ['6011', 16], ['3528', 16], ['300', 14], ['62', 16]][Math.floor(next() * 8)] as [string, number];
  const body = prefix + digits(next, length - prefix.length - 1);
  const sum = [...body].reverse().reduce((total, digit, at) => total + (at % 2 === 1 ? Number(digit) : Number(digit) > 4 ? Number(digit) * 2 - 9 : Number(digit) * 2), 0);
  const number = `${body}${(10 - (sum % 10)) % 10}`;
  return length === 16 && next() < 0.4 ? number.replace(/(\d{4})(?=\d)/g, next() < 0.5 ? '$1 ' : '$1-') : number;
}

function iban(next: Next): string {
  const [country, length] = [['DE', 22], ['FR', 27], ['GB', 22], ['NL', 18], ['ES', 24], ['NO', 15]][Math.floor(next() * 6)] as [string, number];
  const bank = digits(next, length - 4);
  const value = [...`${bank}${country}00`].map((char) => Number.parseInt(char, 36)).join('');
  const whole = `${country}${String(98n - (BigInt(value) % 97n)).padStart(2, '0')}${bank}`;
  return next() < 0.4 ? whole.replace(/(.{4})(?=.)/g, '$1 ') : whole;
}

const email = (next: Next): string => `${['ada', 'grace.h', 'o+ops', 'J_Doe'][Math.floor(next() * 4)] ?? 'x'}${digits(next, 3)}@${['mail.test', 'corp.example.com', 'shop-42.io'][Math.floor(next() * 3)] ?? 'a.test'}`;
const phone = (next: Next): string => [`+49151${digits(next, 8)}`, `+1 (212) 555-${digits(next, 4)}`, `+44 20 7946 ${digits(next, 4)}`, `+33-1-70-18-${digits(next, 2)}-${digits(next, 2)}`][Math.floor(next() * 4)] ?? '';

/** Where people and programs put a text; each gives it back as it stands there. */
const carriers: Readonly<Record<string, (secret: string) => string>> = {
  bare: (secret) => secret,
  sentence: (secret) => `request with ${secret} was refused`,
  json: (secret) => JSON.stringify({ level: 'info', data: { value: secret }, n: 1 }),
  'escaped json': (secret) => JSON.stringify({ msg: JSON.stringify({ value: `x\n${secret}` }) }),
  yaml: (secret) => `spec:\n  field: "${secret.replaceAll('\n', '\\n')}"\n  other: 1`,
  'yaml block': (secret) => `data:\n  app.conf: |\n    # made\n    ${secret.replaceAll('\n', '\n    ')}\nkind: ConfigMap`,
  logfmt: (secret) => `level=warn value="${secret.replaceAll('\n', '\\n')}" took=3ms`,
  query: (secret) => `GET /v1/pay?id=7&v=${encodeURIComponent(secret)}&n=1 200`,
  percent: (secret) => `GET /cb?to=${encodeURIComponent(`https://a.test/?v=${secret}`)} 302`,
  'percent twice': (secret) => `to=${encodeURIComponent(encodeURIComponent(`v ${secret}`))}`,
  base64: (secret) => `data: ${Buffer.from(`value: ${secret}`).toString('base64')}`,
  base64url: (secret) => `state=${Buffer.from(`{"v":"${secret}"}`).toString('base64url')}&x=1`,
  'base64 in a path': (secret) => `/files/${Buffer.from(`the value ${secret}`).toString('base64url')}/download`,
  'base64 twice': (secret) => `blob ${Buffer.from(Buffer.from(`value: ${secret}`).toString('base64')).toString('base64')}`,
  'base64 thrice': (secret) => `blob ${Buffer.from(Buffer.from(Buffer.from(`value: ${secret}`).toString('base64')).toString('base64')).toString('base64')}`,
  hex: (secret) => `dump=${Buffer.from(`value ${secret} end`).toString('hex')}`,
  gzip: (secret) => `release: ${gzipSync(JSON.stringify({ values: { v: secret } })).toString('base64')}`,
  'gzip, base64 twice': (secret) => `release: ${Buffer.from(gzipSync(`values: ${secret}`).toString('base64')).toString('base64')}`,
  colour: (secret) => `\u001B[31m${secret}\u001B[0m`,
};

const split: Readonly<Record<string, (secret: string) => string>> = {
  'split by shell quotes': (secret) => `run ${secret.slice(0, 9)}''${secret.slice(9)}`,
  'split by a plus': (secret) => `const v = "${secret.slice(0, 9)}" + "${secret.slice(9)}";`,
};

/** Every kind in every carrier, and again with other numbers until there are at least `count`. */
export function plantCorpus(seed: number, count: number): readonly Planted[] {
  const next = seeded(seed);
  const planted: Planted[] = [];
  const plant = (kind: string, secret: string, into: Readonly<Record<string, (secret: string) => string>>) => {
    const core = secret.includes('\n') ? (secret.split('\n').at(2) ?? secret) : secret;
    for (const [carrier, carry] of Object.entries(into)) planted.push({ kind, carrier, text: carry(secret), secrets: [core, core.replace(/[ -]/g, '')] });
  };
  for (const [type, secret] of typedSecrets) {
    plant(type, secret, carriers);
    if (!secret.includes('\n')) plant(type, secret, split);
  }
  for (const place of secretPlaces) for (const secret of plainSecrets) {
    const text = place.replace('{}', () => secret);
    for (const [carrier, carry] of Object.entries(carriers)) if (/^(?:bare|base64|hex|gzip)/.test(carrier) && carrier !== 'base64 in a path') planted.push({ kind: 'keyed', carrier, text: carry(text), secrets: [secret] });
  }
  for (const body of ['hunter2-Gx9', 'first-line-77\n    second-line-88']) planted.push({ kind: 'keyed', carrier: 'block scalar', text: `db:\n  password: |-\n    ${body}\n  host: db`, secrets: body.split('\n').map((line) => line.trim()) });
  while (planted.length < count) for (const [kind, make] of Object.entries({ PAYMENT_CARD: card, IBAN: iban, EMAIL: email, PHONE: phone })) plant(kind, make(next), carriers);
  return planted;
}
