import { describe, expect, it } from 'vitest';
import { aCase, gitChange } from './case.fixture.ts';
import { jobFailed } from './rollout/job-failed.ts';
import { crashLoop } from './starting/crash-loop.ts';
import { initStuck } from './starting/other-starts.ts';
import { probeFailed } from './starting/probe-failed.ts';

const theme = gitChange(['env', '[name=THEME]', 'value'], 'light', 'solarized');
const nameIn = ({ path }: typeof theme) => /\[name=(.*)\]/.exec(path.at(-2) ?? '')?.[1];
/** As the container has it after the change. */
const templateOf = (change: typeof theme) => (change.path.includes('env') ? { env: [{ name: nameIn(change), value: change.after }] } : { image: change.after });
const reasonOf = (log: string, change = theme) => crashLoop(aCase({ class: 'CrashLoopBackOff', template: templateOf(change), changes: [change], log })).candidates.map((action) => (action.action === 'abstain' ? action.reason : action.action));

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

describe('a state that the log tells of where nothing changed', () => {
  it('is told to a person', () => {
    expect(crashLoop(aCase({ class: 'CrashLoopBackOff', log: 'FATAL: sorry, too many clients already\nlistening on :8080' })).candidates).toMatchObject([{ reason: 'CauseElsewhere' }]);
  });
});

describe('other failures of such a program', () => {
  const full = 'FATAL: sorry, too many clients already';
  const about = (name: string, subCause?: string) => aCase({ class: name, ...(subCause === undefined ? {} : { subCause }), template: templateOf(theme), changes: [theme], log: full });
  it.each([['InitContainerStuck', undefined, initStuck], ['ProbeFailed', 'ReadinessServerError', probeFailed], ['JobFailed', 'BackoffLimitExceeded', jobFailed]] as const)('are no reason either: %s', (name, subCause, rule) => {
    const kase = about(name, subCause);
    const target = name === 'JobFailed' ? { ...kase.target, kind: 'Deployment' } : kase.target;
    expect(rule({ ...kase, target }).candidates).toMatchObject([{ action: 'abstain', reason: 'CauseElsewhere' }]);
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
    expect(reasonOf('theme solarized\nFATAL: sorry, too many clients already')).toEqual(['restoreField']);
  });

  it('is any where the log says something else, long before', () => {
    expect(reasonOf(`HTTP 429 Too Many Requests\n${'working\n'.repeat(9)}boom`)).toEqual(['restoreField']);
  });
});
