import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cleanLines } from './planted.fixture.ts';
import { redact, scan } from './redact.ts';
import { createSession } from './session.ts';
import { plantCorpus, type Planted } from './spec-support/corpus.ts';
import { cleanLogs } from './spec-support/clean-logs.ts';

/** Still there: as it was, or the whole carrier untouched although its secret is only encoded. */
function leaks({ text, secrets }: Planted): boolean {
  const session = createSession();
  const out = redact(text, session);
  return Object.keys(session.counts()).length === 0 || secrets.some((secret) => out.includes(secret)) || scan(out).length > 0;
}

describe('a corpus of planted secrets', () => {
  it('loses every one of them, in whatever it is carried', () => {
    const corpus = plantCorpus(20_260_105, 3_000);
    const tally = new Map<string, { all: number; kept: number }>();
    const left: string[] = [];
    for (const planted of corpus) {
      const count = tally.get(planted.kind) ?? { all: 0, kept: 0 };
      const kept = leaks(planted);
      tally.set(planted.kind, { all: count.all + 1, kept: count.kept + (kept ? 1 : 0) });
      if (kept) left.push(`${planted.kind} in ${planted.carrier}: ${planted.text.slice(0, 160)}`);
    }
    console.info([`${corpus.length} planted, ${left.length} left`, ...[...tally].map(([kind, { all, kept }]) => `  recall ${kind} ${(((all - kept) / all) * 100).toFixed(1)} % of ${all}`)].join('\n'));
    expect(corpus.length).toBeGreaterThanOrEqual(2_000);
    expect(left).toEqual([]);
  });
});

describe('clean logs', () => {
  it('keep their digests, ids, names, times, quantities and addresses', () => {
    for (const line of cleanLogs) expect(redact(line, createSession())).toBe(line);
    expect(scan([...cleanLogs, ...cleanLines].join('\n'))).toEqual([]);
  });
});

describe('block scalars', () => {
  it('lose their body under a secret name, and only there', () => {
    const yaml = 'db:\n  password: |\n    one two\n\n    three\n  host: db\n  motd: |\n    hello\n';
    expect(redact(yaml, createSession())).toBe('db:\n  password: |\n    __SECRET_VALUE_1__\n  host: db\n  motd: |\n    hello\n');
  });
  it('lose it too where the YAML stands in a JSON string', () => {
    const out = redact(JSON.stringify({ data: 'a: 1\n  password: >-\n    correct horse staple\n  host: db\n' }), createSession());
    expect(out).toBe(String.raw`{"data":"a: 1\n  password: >-\n    __SECRET_VALUE_1__\n  host: db\n"}`);
  });
});

describe('packed text', () => {
  it('that unpacks to more than is read goes unread', () => {
    const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024, 'a')).toString('base64');
    expect(redact(`x ${bomb} y`, createSession())).toBe('x __ENCODED_1__ y');
  });
});

describe('time', () => {
  const hostile = ['4111 ', '4111-1111-1111-1111', 'DE89 3704 ', '+1 (', '+49 ', 'a@b.', '@', 'a""', '"+"', "''", '%41', '%', 'QUtJQUlPU0ZPRE5ON0VYQU1QTEU', '/QUtJQUlPU0ZPRE5ON0VYQU1QTEU', '4142', 'password: |\n  ', 'password: |\\n ', 'H4sIAAAAAAAA', '\\n'];
  const cost = (text: string): number =>
    Math.min(
      ...[1, 2].map(() => {
        const began = performance.now();
        redact(text, createSession());
        return performance.now() - began;
      }),
    );
  it('grows with the length of a hostile text, not with its square', () => {
    for (const piece of hostile) {
      const [once = 0, twice = 0] = [150_000, 300_000].map((size) => cost(piece.repeat(Math.ceil(size / piece.length))));
      // Twice the text takes twice the time, or four times if every character is read for every other; then 300 kB take minutes, and no noise of a busy machine comes near.
      expect(twice < 1_500 || twice / once < 3, `${JSON.stringify(piece)}: ${once} ms, ${twice} ms`).toBe(true);
    }
  });
  it('is printed for 8 KiB of clean log', () => {
    const log = cleanLogs.join('\n');
    const text = log.repeat(Math.ceil(8192 / log.length)).slice(0, 8192);
    for (let warm = 0; warm < 50; warm += 1) redact(text, createSession());
    const began = performance.now();
    for (let run = 0; run < 50; run += 1) redact(text, createSession());
    console.info(`${((performance.now() - began) / 50).toFixed(2)} ms for 8 KiB`);
    expect(redact(text, createSession())).toBe(text);
  });
});
