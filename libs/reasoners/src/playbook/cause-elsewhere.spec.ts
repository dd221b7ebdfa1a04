import { describe, expect, it } from 'vitest';
import { aCase, gitChange } from './case.fixture.ts';
import { crashLoop } from './starting/crash-loop.ts';

const level = gitChange(['env', '[name=LOG_LEVEL]', 'value'], 'warn', 'trace');
const nameIn = ({ path }: typeof level) => /\[name=(.*)\]/.exec(path.at(-2) ?? '')?.[1];
/** As the container has it after the change. */
const templateOf = (change: typeof level) => (change.path.includes('env') ? { env: [{ name: nameIn(change), value: change.after }] } : { image: change.after });
const reasonOf = (log: string, change = level) => crashLoop(aCase({ class: 'CrashLoopBackOff', template: templateOf(change), changes: [change], log })).candidates.map((action) => (action.action === 'abstain' ? action.reason : action.action));

describe('a program that ends for a state which no manifest made', () => {
  it.each([
    'Caused by: java.security.cert.CertPathValidatorException: validity check failed; NotAfter: Sat Nov 28 09:00:00 UTC 2026',
    'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
    'PANIC:  could not write to file "pg_wal/xlogtemp.31": No space left on device',
    '(error) MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist on disk',
    'FATAL: sorry, too many clients already',
    'FATAL:  password authentication failed for user "orders"',
    'leases.coordination.k8s.io "a" is forbidden: User "system:serviceaccount:shop:default" cannot update resource "leases"',
    'HTTP 429 Too Many Requests',
    'ERROR: could not create unique index "invoice_no_uq"',
  ])('is no reason to put back the only change, of something else: %s', (log) => {
    expect(reasonOf(log)).toEqual(['CauseElsewhere']);
  });

  it('is one still where the frames of a trace follow', () => {
    expect(reasonOf('psycopg2.OperationalError: FATAL: remaining connection slots are reserved\n\nTraceback follows')).toEqual(['CauseElsewhere']);
  });
});

describe('a change that may have brought that state about', () => {
  it.each<[string, string, string]>([
    ['FATAL: sorry, too many clients already', 'POOL_SIZE', '80'],
    ['FATAL:  password authentication failed for user "orders"', 'DB_USER', 'order'],
    ['HTTP 429 Too Many Requests', 'WORKERS', '64'],
    ['write /cache/a: no space left on device', 'CACHE_DIR', '/cache'],
  ])('goes back: %s', (log, name, after) => {
    expect(reasonOf(log, gitChange(['env', `[name=${name}]`, 'value'], 'x', after))).toEqual(['restoreField']);
  });

  it('is one of the program itself, or one that the log speaks of', () => {
    expect(reasonOf('HTTP 429 Too Many Requests', gitChange(['image'], 'a.example.org/app:1.0.0', 'a.example.org/app:1.1.0'))).toEqual(['restoreField']);
    expect(reasonOf('level trace\nFATAL: sorry, too many clients already')).toEqual(['restoreField']);
  });

  it('is any where the log says something else, long before', () => {
    expect(reasonOf(`HTTP 429 Too Many Requests\n${'working\n'.repeat(9)}boom`)).toEqual(['restoreField']);
  });
});
