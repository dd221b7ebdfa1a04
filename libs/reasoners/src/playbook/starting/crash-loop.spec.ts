import { describe, expect, it } from 'vitest';
import { aCase, commit, CONTAINER_PATH, gitChange, object, replicaSet } from '../case.fixture.ts';
import { crashLoop } from './crash-loop.ts';

type Parts = Omit<Parameters<typeof aCase>[0], 'class'>;
const NEW = { args: ['--port=x'], command: ['/run'] };
const answer = (parts: Parts) => crashLoop(aCase({ class: 'CrashLoopBackOff', template: NEW, ...parts }));
const reasonOf = (parts: Parts) => answer(parts).candidates.map((action) => (action.action === 'abstain' ? action.reason : action.action));
const restored = (...path: readonly string[]) => ({ action: 'restoreField', path: [...CONTAINER_PATH, ...path], commit: commit(1) });
const env = (...variables: readonly (readonly [string, string])[]) => ({ env: variables.map(([name, value]) => ({ name, value })) });

describe('a container that crashes since one change', () => {
  const oneChange = { changes: [gitChange(['args', '0'], '--port=8080', '--port=x')] };

  it('gets that field back from the commit that still had it', () => {
    expect(answer(oneChange).candidates).toEqual([restored('args', '0')]);
  });

  it('is diagnosed with more confidence where a ready pod proves the earlier value', () => {
    const proved = answer({ ...oneChange, related: [replicaSet('checkout-1', { args: ['--port=8080'] }, 1)] });
    expect(proved.confidence).toBeGreaterThan(answer(oneChange).confidence);
  });

  it('still gets it back when the crashing pod happens to be ready for a moment', () => {
    expect(reasonOf({ ...oneChange, related: [replicaSet('checkout-2', NEW, 1)] })).toEqual(['restoreField']);
  });

  it('is not blamed on a change that a ready pod of another revision already has', () => {
    const changes = [...oneChange.changes, gitChange(['command', '0'], '/start', '/run')];
    expect(answer({ changes, related: [replicaSet('checkout-2', { args: ['--port=8080'], command: ['/run'] }, 1)] }).candidates).toEqual([restored('args', '0')]);
  });

  it('gets its whole command line back where words of it moved', () => {
    const before = object('Deployment', 'checkout', { spec: { template: { spec: { containers: [{ name: 'app', args: ['--port=8080', '--log=a'] }] } } } }, 'apps/v1');
    const after = object('Deployment', 'checkout', { spec: { template: { spec: { containers: [{ name: 'app', args: ['--verbose', '--port=8080'] }] } } } }, 'apps/v1');
    const versions = [{ commit: commit(2), message: 'b', at: 2, objects: [after] }, { commit: commit(1), message: 'a', at: 1, objects: [before] }];
    const changes = [gitChange(['args', '0'], '--port=8080', '--verbose'), gitChange(['args', '1'], '--log=a', '--port=8080')];
    expect(answer({ versions, changes }).candidates).toEqual([restored('args')]);
  });
});

describe('of several changes', () => {
  const template = env(['DB_HOST', 'postgress'], ['LOG_LEVEL', 'verbose']);
  const changes = [gitChange(['env', '[name=LOG_LEVEL]', 'value'], 'info', 'verbose'), gitChange(['env', '[name=DB_HOST]', 'value'], 'postgres', 'postgress')];

  it('the one that the log speaks of is put back', () => {
    const { candidates, confidence } = answer({ template, changes, log: 'labapp: environment variable DB_HOST is "postgress", want "postgres"' });
    expect(candidates).toEqual([restored('env', '[name=DB_HOST]', 'value')]);
    expect(confidence).toBeGreaterThan(0.9);
  });

  it('no earlier name is given to a variable that came with a value of its own', () => {
    const name = gitChange(['env', '0', 'name'], 'GATEWAY', 'BATCH');
    const log = 'labapp: environment variable GATEWAY is not set';
    expect(reasonOf({ changes: [name], log })).toEqual(['restoreField']);
    expect(reasonOf({ changes: [name, gitChange(['env', '0', 'value'], 'fcm', '500')], log })).toEqual(['ItemReplaced']);
  });

  it('nothing goes back inside an item that got another name since', () => {
    const changes = [gitChange(['env', '[name=DATABASE_HOST]', 'value'], 'postgres', 'postgress'), gitChange(['env', '[name=DB_HOST]', 'value'], 'postgres', 'postgress')];
    const log = 'labapp: environment variable DB_HOST is "postgress", want "postgres"';
    expect(answer({ template, changes, log }).candidates).toEqual([restored('env', '[name=DB_HOST]', 'value')]);
  });

  it('the prefix is put back that the variable in the log begins with', () => {
    const prefixes = (was: string, now: string) => [gitChange(['args', '0'], '--port=y', '--port=x'), gitChange(['envFrom', '0', 'prefix'], was, now)];
    const log = 'labapp: environment variable RATES_SOURCE is not set';
    expect(answer({ changes: prefixes('RATES_', 'RATES'), log }).candidates).toEqual([restored('envFrom', '0', 'prefix')]);
    expect(reasonOf({ changes: prefixes('RATE', 'RATES_'), log })).toEqual(['SeveralChanges']);
  });

  it('also when it is an older one, and a later one is harmless', () => {
    const later = gitChange(['env', '[name=LOG_LEVEL]', 'value'], 'info', 'verbose', { at: 5 });
    const older = gitChange(['env', '[name=DB_HOST]', 'value'], 'postgres', 'postgress', { at: 2 });
    expect(answer({ template, changes: [later, older], log: 'dial tcp: lookup postgress: no such host' }).candidates).toEqual([restored('env', '[name=DB_HOST]', 'value')]);
  });

  it('the one in a ConfigMap that the container reads is put back there', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' };
    const head = object('ConfigMap', 'settings', { data: { DB_HOST: 'postgress', THEME: 'dark' } });
    const reading = { envFrom: [{ configMapRef: { name: 'settings' } }] };
    const inMap = [gitChange(['data', 'THEME'], 'light', 'dark', { object: map }), gitChange(['data', 'DB_HOST'], 'postgres', 'postgress', { object: map })];
    const parts = { template: reading, changes: inMap, versions: [{ commit: commit(2), message: '', at: 1, objects: [head] }], log: 'DB_HOST is "postgress"' };
    expect(answer(parts).candidates).toEqual([{ action: 'restoreField', object: map, path: ['data', 'DB_HOST'], commit: commit(1) }]);
    expect(reasonOf({ ...parts, template: {} })).toEqual(['NoRecentChange']);
  });
});

describe('a line that was changed again since', () => {
  const line = (...args: readonly string[]) => object('Deployment', 'checkout', { spec: { template: { spec: { containers: [{ name: 'app', args }] } } } }, 'apps/v1');
  const versions = [line('--verbose', '--mode=Live', '--listen=1', '--log=b'), line('--verbose', '--mode=Live', '--listen=1'), line('--mode=live', '--listen=1')].map((target, index) => ({ commit: commit(3 - index), message: '', at: 3 - index, objects: [target] }));
  const change = (at: number, path: string, before: unknown, after: unknown) => gitChange(['args', path], before, after, { at });
  const changes = [change(3, '3', undefined, '--log=b'), change(2, '0', '--mode=live', '--verbose'), change(2, '1', '--listen=1', '--mode=Live'), change(2, '2', undefined, '--listen=1')];

  it('is one change while nobody touched it again', () => {
    expect(answer({ template: { args: ['--verbose', '--mode=Live', '--listen=1'] }, versions: versions.slice(1), changes: changes.slice(1), log: 'unknown mode Live' }).candidates).toEqual([restored('args')]);
  });

  it('goes back as far as the log speaks of it', () => {
    expect(answer({ template: { args: ['--verbose', '--mode=Live', '--listen=1', '--log=b'] }, versions, changes, log: 'unknown mode Live' }).candidates[0]).toEqual(restored('args'));
  });
});

describe('a pod that is ready for moments', () => {
  const pod = (name: string, restartCount: number, owner: string) => ({ ...object('Pod', name, { status: { containerStatuses: [{ name: 'app', restartCount }] } }), metadata: { name, namespace: 'shop', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: 'u', controller: true }] } });
  const template = env(['DB', 'bad'], ['LEVEL', 'b']);
  const changes = [gitChange(['env', '[name=LEVEL]', 'value'], 'a', 'b', { at: 2 }), gitChange(['env', '[name=DB]', 'value'], 'good', 'bad', { at: 1.9 as number })].map((one) => ({ ...one, beforeCommit: commit(1) }));
  const second = replicaSet('checkout-2', env(['DB', 'bad'], ['LEVEL', 'a']), 1);

  it('proves nothing once it was restarted', () => {
    const parts = { template, changes, log: 'DB is bad' };
    expect(answer({ ...parts, related: [second, pod('checkout-2-x', 4, 'checkout-2')] }).candidates).toEqual([restored('env', '[name=DB]', 'value')]);
    expect(answer({ ...parts, related: [second, pod('checkout-2-x', 0, 'checkout-2')] }).candidates).toEqual([restored('env', '[name=LEVEL]', 'value')]);
  });
});

describe('a value that stands at another variable since', () => {
  const at = (name: string, before: string, after: string, n = 2) => gitChange(['env', `[name=${name}]`, 'value'], before, after, { at: n });
  const missing = 'environment variable LEDGER is invalid';

  it('was put there by something that counts places: no single one goes back', () => {
    expect(reasonOf({ template: env(['LEDGER', 'http://dev'], ['LEVEL', 'https://ledger']), changes: [at('LEDGER', 'https://ledger', 'http://dev'), at('LEVEL', 'info', 'https://ledger')], log: missing })).toEqual(['ValueMoved']);
  });

  it('is no sign of that where another commit put it there, or many values are alike', () => {
    expect(reasonOf({ template: env(['LEDGER', 'http://dev'], ['LEVEL', 'https://ledger']), changes: [at('LEDGER', 'https://ledger', 'http://dev'), at('LEVEL', 'info', 'https://ledger', 5)], log: missing })[0]).toBe('restoreField');
    expect(reasonOf({ template: env(['LEDGER', 'off'], ['LEVEL', 'on']), changes: [at('LEDGER', 'on', 'off'), at('LEVEL', 'off', 'on')], log: missing })[0]).toBe('restoreField');
  });
});

describe('sources of variables whose order changed', () => {
  it('go back as one list', () => {
    const sources = (...names: readonly string[]) => ({ envFrom: names.map((name) => ({ configMapRef: { name } })) });
    const swapped = ['a', 'b'].map((name, index) => gitChange(['envFrom', String(index), 'configMapRef', 'name'], name, name === 'a' ? 'b' : 'a'));
    expect(answer({ template: sources('b', 'a'), changes: swapped, log: 'it is bad' }).candidates).toEqual([restored('envFrom')]);
  });
});

describe('a file that is not there', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'conf' };
  const template = { volumeMounts: [{ name: 'conf', mountPath: '/etc/idx' }] };
  const pod = { volumes: [{ name: 'conf', configMap: { name: 'conf' } }] };
  const mount = gitChange(['volumeMounts', '[name=conf]', 'mountPath'], '/etc/indexer', '/etc/idx');
  const ask = (after: string) => reasonOf({ template, pod, changes: [mount, gitChange(['data', 'index.yaml'], 'shards: 4', after, { object: map })], log: 'required file /etc/indexer/index.yaml: no such file or directory' });

  it('is not missed because of what another one, or itself, says now', () => {
    expect(ask('shards: 6')).toEqual(['restoreField']);
  });

  it('may be, where that names it', () => {
    expect(ask('include: /etc/indexer/index.yaml')).toEqual(['restoreField']);
  });
});

describe('what a container asks for under a wrong name', () => {
  const service = object('Service', 'orders-db', { spec: { ports: [{ port: 5432 }] } });
  it('is mended where the name stands', () => {
    const { candidates } = answer({ template: env(['DB_URL', 'postgres://orders-bd:5432/orders']), related: [service], log: 'dial tcp: lookup orders-bd: no such host' });
    expect(candidates).toEqual([{ action: 'setHost', path: [...CONTAINER_PATH, 'env', '[name=DB_URL]', 'value'], from: 'orders-bd', to: 'orders-db' }]);
  });

  it('is mended to what Git renamed the Service to, however it is called now', () => {
    const named = (name: string, app = 'db') => object('Service', name, { spec: { selector: { app } } });
    const head = (services: readonly ReturnType<typeof named>[]) => [{ commit: commit(2), message: 'rename', at: 2, objects: services }, { commit: commit(1), message: 'first', at: 1, objects: [named('store'), named('cache', 'cache')] }];
    const ask = (services: readonly ReturnType<typeof named>[]) => answer({ template: env(['DB_URL', 'postgres://store:5432']), versions: head(services), log: 'lookup store: no such host' }).candidates.map(({ action, ...rest }) => [action, 'to' in rest ? rest.to : undefined]);
    expect(ask([named('primary-database'), named('cache', 'cache')])).toEqual([['setHost', 'primary-database']]);
    expect(ask([named('primary-database', 'other'), named('cache', 'cache')])).toEqual([['abstain', undefined]]);
    expect(ask([named('primary-database'), named('replica-database')])).toEqual([['abstain', undefined]]);
  });

  it('is mended to the namespace that Git moved the Service to, as it was', () => {
    const at = (namespace: string, port = 80) => ({ ...object('Service', 'ledger', { spec: { ports: [{ port }] } }), metadata: { name: 'ledger', namespace } });
    const ask = (before: readonly ReturnType<typeof at>[], now: readonly ReturnType<typeof at>[]) => answer({ template: env(['LEDGER', 'ledger.finance.svc']), versions: [{ commit: commit(2), message: 'move', at: 2, objects: now }, { commit: commit(1), message: 'first', at: 1, objects: before }], log: 'lookup ledger.finance.svc: no such host' }).candidates.map(({ action, ...rest }) => ('to' in rest ? rest.to : action));
    expect(ask([at('finance')], [at('finance-eu')])).toEqual(['ledger.finance-eu.svc']);
    expect(ask([at('finance')], [at('finance-eu', 81)])).toEqual(['abstain']);
    expect(ask([at('finance')], [at('finance-eu'), at('finance-us')])).toEqual(['abstain']);
    expect(ask([at('finance'), at('finance-eu')], [at('finance-eu')])).toEqual(['abstain']);
    expect(ask([], [at('finance-eu')])).toEqual(['abstain']);
  });

  it('is not put back to a Service that is gone, too: that looks well only while old pods live', () => {
    const change = gitChange(['env', '[name=DB_URL]', 'value'], 'postgres://pg:5432', 'postgres://postgress:5432');
    const ask = (...services: readonly string[]) => answer({ template: env(['DB_URL', 'postgres://postgress:5432']), changes: [change], related: services.map((name) => object('Service', name, {})), log: 'lookup postgress: no such host' }).candidates.map(({ action, ...rest }) => ['to' in rest ? rest.to : 'reason' in rest ? rest.reason : action]);
    expect(ask('postgres', 'web')).toEqual([['postgres']]);
    expect(ask('web')).toEqual([['HostGone']]);
    expect(ask('pg', 'web')).toEqual([['restoreField']]);
    expect(ask()).toEqual([['restoreField']]);
  });

  it('is left to a person where its Service of another namespace left Git, and what stands there stood there before', () => {
    const at = (namespace: string, name: string) => ({ ...object('Service', name, { spec: { ports: [{ port: 5432 }] } }), metadata: { name, namespace } });
    const ask = (host: string, was: string, services: readonly ReturnType<typeof at>[], before: readonly ReturnType<typeof at>[]) => {
      const change = gitChange(['env', '[name=DB]', 'value'], was, host);
      const template = env(['DB', host]);
      const versions = [{ commit: commit(2), message: '', at: 2, objects: [...services, object('Deployment', 'checkout', { spec: { template: { spec: { containers: [{ name: 'app', ...template }] } } } }, 'apps/v1')] }, { commit: commit(1), message: '', at: 1, objects: before }];
      return answer({ template, changes: [change], versions, log: `lookup ${host}: no such host` }).candidates.map(({ action, ...rest }) => ('to' in rest ? rest.to : 'reason' in rest ? rest.reason : action));
    };
    const other = at('data', 'pg-17s');
    expect(ask('pg-17.data', 'pg-15.data', [other], [other, at('data', 'pg-15')])).toEqual(['HostGone']);
    expect(ask('pg-17.data', 'pg-15.data', [other], [at('data', 'pg-15')])).toEqual(['pg-17s.data']);
    expect(ask('pg-17.data', 'pg-15.data', [at('other', 'pg-17s')], [at('data', 'pg-15')])).toEqual(['HostGone']);
    expect(ask('pg-17.data', 'pg-15.data', [other, at('data', 'pg-15')], [other, at('data', 'pg-15')])).toEqual(['restoreField']);
  });

  it('is not led to another one of its kind: redis-2 is no slip for redis-1, nor the heir of what it stood beside', () => {
    const named = (name: string) => object('Service', name, {});
    const versions = (before: readonly string[], now: readonly string[]) => [now, before].map((names, index) => ({ commit: commit(2 - index), message: '', at: 2 - index, objects: names.map(named) }));
    const ask = (host: string, ...known: Parameters<typeof versions>) => answer({ template: env(['CACHE', host]), versions: versions(...known), log: `lookup ${host}: no such host` }).candidates.map(({ action, ...rest }) => ('to' in rest ? rest.to : action));
    expect(ask('redis-1', ['redis-2'], ['redis-2'])).toEqual(['abstain']);
    expect(ask('sessions', ['sessions', 'session'], ['session'])).toEqual(['abstain']);
    expect(ask('sessions', ['session'], ['session'])).toEqual(['session']);
  });

  it('is left alone when no Service is nearly called so', () => {
    expect(reasonOf({ template: env(['DB_URL', 'postgres://warehouse:5432']), related: [service], log: 'lookup warehouse: no such host' })).toEqual(['DependencyUnreachable']);
  });
});

describe('a program that asks a Service on a port that it does not have', () => {
  const store = (...ports: readonly number[]) => ({ ...object('Service', 'pg', { spec: { ports: ports.map((port) => ({ port })) } }), metadata: { name: 'pg', namespace: 'data' } });
  const ask = (template: Readonly<Record<string, unknown>>, service: ReturnType<typeof store>, log = 'dial tcp pg.data.svc:5432: connect: connection refused') => crashLoop({ ...aCase({ class: 'CrashLoopBackOff', template, log }), reached: [service] }).candidates;
  const apart = { env: [{ name: 'DB_HOST', value: 'pg.data.svc' }, { name: 'DB_PORT', value: '5432' }] };
  const reasons = (...parts: Parameters<typeof ask>) => ask(...parts).map((action) => (action.action === 'abstain' ? action.reason : action.action));

  it('is told the only one that it has, in the one place that says it', () => {
    expect(ask(apart, store(6432))).toEqual([{ action: 'setHost', path: [...CONTAINER_PATH, 'env', '[name=DB_PORT]', 'value'], from: '5432', to: '6432' }]);
    expect(ask({ env: [{ name: 'DB', value: 'postgres://pg.data.svc:5432/shop' }] }, store(6432))).toMatchObject([{ path: [...CONTAINER_PATH, 'env', '[name=DB]', 'value'], from: '5432', to: '6432' }]);
  });

  it('is left alone where the Service has that port, or several, or the port stands in two places', () => {
    expect(reasons(apart, store(5432))).toEqual(['DependencyUnreachable']);
    expect(reasons(apart, store(6432, 9187))).toEqual(['DependencyUnreachable']);
    expect(reasons({ ...apart, args: ['--listen=5432'] }, store(6432))).toEqual(['DependencyUnreachable']);
    expect(reasons(apart, { ...store(6432), metadata: { name: 'pg', namespace: 'other' } })).toEqual(['DependencyUnreachable']);
  });
});

describe('a program that cannot reach what it was told before, too', () => {
  const template = { env: [{ name: 'BROKER', value: 'kafka.streaming.svc' }, { name: 'BROKER_PORT', value: '9092' }, { name: 'CLIENT', value: 'b' }, { name: 'PROFILE', value: 'live' }, { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'vault', key: 'token' } } }] };
  const client = gitChange(['env', '[name=CLIENT]', 'value'], 'a', 'b');
  const ask = (log: string, ...changes: readonly ReturnType<typeof gitChange>[]) => reasonOf({ template, changes: changes.length > 0 ? changes : [client], log });

  it('is not put back to what it was besides: that looks well only while old pods live', () => {
    expect(ask('labapp: dial tcp kafka.streaming.svc:9092: connect: connection refused')).toEqual(['DependencyUnreachable']);
    expect(ask('java.net.ConnectException: Connection refused: kafka.streaming.svc/10.96.0.7:9092')).toEqual(['DependencyUnreachable']);
    expect(ask('dial tcp: lookup kafka.streaming.svc: no such host')).toEqual(['DependencyUnreachable']);
  });

  it('neither where the Service of that name is gone from Git', () => {
    const parts = { template: { env: [{ name: 'CART', value: 'cart' }, { name: 'CLIENT', value: 'b' }] }, changes: [client], log: 'labapp: lookup cart: no such host' };
    expect(reasonOf(parts)).toEqual(['DependencyUnreachable']);
  });

  it('is left to a person where a change led it to a Service whose pods are not ready yet', () => {
    const change = gitChange(['env', '[name=PG]', 'value'], 'pg15', 'pg16');
    const pg = object('Service', 'pg16', { spec: { selector: { app: 'pg16' }, ports: [{ port: 5432 }] } });
    const pod = (status: string) => { const made = object('Pod', 'pg16-0', { status: { conditions: [{ type: 'Ready', status }] } }); return { ...made, metadata: { ...made.metadata, labels: { app: 'pg16' } } }; };
    const asked = (...related: readonly ReturnType<typeof object>[]) => reasonOf({ template: { env: [{ name: 'PG', value: 'pg16' }, { name: 'PORT', value: '5432' }] }, changes: [change], related, log: 'dial tcp pg16:5432: connect: connection refused' });
    expect(asked(pg, pod('False'))).toEqual(['DependencyNotReady']);
    expect(asked(pg, pod('True'))).toEqual(['restoreField']);
    expect(asked(pg)).toEqual(['restoreField']);
  });

  it('is, where the address is not among its settings, or the change may be how it gets there', () => {
    expect(ask('labapp: dial tcp kafka.streaming.svc:9093: connect: connection refused')).toEqual(['restoreField']);
    expect(ask('dial tcp 127.0.0.1:9092: connect: connection refused')).toEqual(['restoreField']);
    expect(ask('dial tcp kafka.streaming.svc:9092: i/o timeout', gitChange(['image'], 'app:1', 'registry.example.org/shop/checkout:1.4.0'))).toEqual(['restoreField']);
    expect(ask('it failed, and kafka.streaming.svc:9092 did not')).toEqual(['restoreField']);
  });

  it('is left to a person where a variable is named that nobody changed', () => {
    const log = 'starting\nenvironment variable TOKEN is invalid';
    expect(ask(log)).toEqual(['SettingNotAccepted']);
    expect(JSON.stringify(answer({ template, changes: [client], log }).candidates)).toContain('Secret vault');
    expect(ask('environment variable CLIENT is invalid')).toEqual(['restoreField']);
    expect(ask('TOKEN read\nstarting')).toEqual(['restoreField']);
  });

  it('is, though it repeats a changed word of its command line before it says so', () => {
    const greeting = gitChange(['args', '0'], '--log=up', '--log=hello there');
    const log = (word: string) => `hello there\nenvironment variable ${word} is invalid`;
    const asked = (word: string) => reasonOf({ template: { ...template, args: ['--log=hello there'] }, changes: [greeting], log: log(word) });
    expect(asked('TOKEN')).toEqual(['SettingNotAccepted']);
    expect(asked('OTHER')).toEqual(['restoreField']);
    expect(reasonOf({ template: { ...template, args: ['--need=TOKEN'] }, changes: [gitChange(['args', '0'], '--need=CLIENT', '--need=TOKEN')], log: 'environment variable TOKEN is invalid' })).toEqual(['restoreField']);
  });

  it('is told of by the address, so that a ticket has it where the repair cannot be made', () => {
    const moved = gitChange(['env', '[name=BROKER]', 'value'], 'kafka.data.svc', 'kafka.streaming.svc');
    expect(answer({ template, changes: [moved], log: 'labapp: dial tcp kafka.streaming.svc:9092: connect: connection refused' }).cause).toMatch(/its log speaks: it cannot reach kafka\.streaming\.svc:9092$/);
  });

  it('is not told to give up a variable that is new and has nothing to do with it', () => {
    const added = (name: string, value: string) => gitChange(['env', `[name=${name}]`], undefined, { name, value });
    const since = (log: string, name: string, value: string) => reasonOf({ template: { env: [...template.env, { name, value }] }, changes: [added(name, value)], log });
    const refused = 'labapp: dial tcp kafka.streaming.svc:9092: connect: connection refused';
    expect(since(refused, 'TRACE_RATIO', '0.1')).toEqual(['DependencyUnreachable']);
    expect(since(refused, 'HTTPS_PROXY', 'proxy:3128')).toEqual(['restoreField']);
    expect(since(refused, 'MIRROR', 'kafka.streaming.svc')).toEqual(['restoreField']);
    expect(since('it failed', 'TRACE_RATIO', '0.1')).toEqual(['restoreField']);
  });

  it('is left to a person where the variable can only come from what does not stand in Git', () => {
    const all = (...names: readonly string[]) => ({ ...template, envFrom: names.map((name) => ({ configMapRef: { name } })) });
    const about = (log: string, sources: Readonly<Record<string, unknown>> = all('vpc-facts'), change = client) => answer({ template: sources, changes: [change], log });
    const log = 'environment variable NAT_RANGE is "10.5.0.0/16", want "10.4.0.0/16"';
    expect(about(log).candidates).toMatchObject([{ action: 'abstain', reason: 'SettingNotAccepted', lookAt: expect.stringContaining('ConfigMap vpc-facts, which does not stand in Git') }]);
    expect(about(log, all('vpc-facts', 'more')).candidates).toMatchObject([{ action: 'restoreField' }]);
    expect(about(log, template).candidates).toMatchObject([{ action: 'restoreField' }]);
    expect(about(log, { ...all('vpc-facts'), args: ['--range=x'] }, gitChange(['args', '0'], '--range=NAT_RANGE', '--range=x')).candidates).toMatchObject([{ action: 'restoreField' }]);
  });

  it('is told by its last life, and not by another pod that is well', () => {
    const kase = aCase({ class: 'CrashLoopBackOff', template, changes: [client], log: 'environment variable TOKEN is invalid' });
    const log = { kind: 'log', title: 'current log of shop/checkout-2 container app', text: 'listening on :8080\nwarm\nready', digest: commit(7) } as const;
    const [action] = crashLoop({ ...kase, evidence: [log, ...kase.evidence] }).candidates;
    expect(action).toMatchObject({ action: 'abstain', reason: 'SettingNotAccepted' });
  });
});

describe('a change that others have gone along with', () => {
  const changed = gitChange(['args', '0'], '--port=8080', '--port=x');
  const migration = (name: string) => gitChange([], undefined, {}, { object: { apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name } });
  const job = (name: string, succeeded: number) => object('Job', name, { status: { succeeded } }, 'batch/v1');

  it('is not taken back past a migration that came with it', () => {
    expect(reasonOf({ changes: [changed, migration('migrate-8')] })).toEqual(['MigrationRan']);
    expect(reasonOf({ changes: [changed, migration('migrate-8')], related: [job('migrate-8', 1)] })).toEqual(['MigrationRan']);
    expect(reasonOf({ changes: [changed, migration('migrate-8')], related: [job('migrate-8', 0)] })).toEqual(['restoreField']);
    expect(reasonOf({ changes: [changed, migration('report')] })).toEqual(['restoreField']);
    expect(reasonOf({ changes: [changed, { ...migration('migrate-7'), commit: commit(5) }] })).toEqual(['restoreField']);
  });

  it('is not taken back from another reader of the same ConfigMap that changed with it and is well', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'protocol' };
    const reading = { env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'protocol', key: 'mode' } } }] };
    const labels = { app: 'producer' };
    const producer = object('Deployment', 'producer', { spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'app', ...reading }] } } } }, 'apps/v1');
    const pod = (ready: boolean) => ({ ...object('Pod', 'producer-1', { status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } }), metadata: { name: 'producer-1', namespace: 'shop', labels } });
    const along = gitChange([...CONTAINER_PATH, 'args', '0'], '--mode=v1', '--mode=v2', { object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'producer' } });
    const mode = gitChange(['data', 'mode'], 'v1', 'v2', { object: map });
    const versions = [{ commit: commit(2), message: '', at: 2, objects: [object('ConfigMap', 'protocol', { data: { mode: 'v2' } }), producer] }];
    const parts = { template: reading, versions, log: 'environment variable MODE is "v2", want "v1"' };
    expect(reasonOf({ ...parts, changes: [mode, along], related: [pod(true)] })).toEqual(['OthersNeedIt']);
    expect(reasonOf({ ...parts, changes: [mode, along], related: [pod(false)] })).toEqual(['restoreField']);
    expect(reasonOf({ ...parts, changes: [mode], related: [pod(true)] })).toEqual(['restoreField']);
  });
});

describe('a program that may not write any more', () => {
  const hardened = { changes: [gitChange(['securityContext', 'readOnlyRootFilesystem'], undefined, true)], template: { securityContext: { readOnlyRootFilesystem: true } } };

  it('gets a place to write in, and its root stays read-only', () => {
    const pod = ['spec', 'template', 'spec'];
    expect(answer({ ...hardened, log: 'labapp: cannot create /tmp/work/x: read-only file system' }).candidates).toEqual([
      { action: 'setVolume', fields: [{ path: [...pod, 'volumes', '-'], value: { name: 'tmp', emptyDir: {} } }, { path: [...CONTAINER_PATH, 'volumeMounts', '-'], value: { name: 'tmp', mountPath: '/tmp' } }] },
    ]);
  });

  it('is left to a person where what it writes may have to last', () => {
    expect(reasonOf({ ...hardened, log: 'labapp: cannot create /var/lib/orders/x: read-only file system' })).toEqual(['NowhereToWrite']);
  });

  it('gets more shared memory where that is full', () => {
    const pod = { volumes: [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }] };
    const template = { volumeMounts: [{ name: 'shm', mountPath: '/dev/shm' }] };
    expect(answer({ template, pod, log: 'OSError: [Errno 28] No space left on device: \'/dev/shm/psm_1\'' }).candidates).toEqual([
      { action: 'setVolume', fields: [{ path: ['spec', 'template', 'spec', 'volumes', '[name=shm]', 'emptyDir', 'sizeLimit'], value: '128Mi' }] },
    ]);
  });
});

describe('a crash is left to a person', () => {
  const cases: Record<string, [Parts, string]> = {
    'when nothing changed': [{}, 'NoRecentChange'],
    'when several fields changed together and the log names none': [{ changes: [gitChange(['args', '0'], 'a', '--port=x'), gitChange(['command', '0'], '/start', '/run')] }, 'SeveralChanges'],
    'when the change has not reached the cluster': [{ versions: [{ commit: commit(9), message: '', at: 9, objects: [object('Deployment', 'checkout', { spec: { template: { spec: { containers: [{ name: 'app', args: ['--port=1'] }] } } } }, 'apps/v1')] }], changes: [gitChange(['args', '0'], '--port=x', '--port=1')] }, 'NoRecentChange'],
    'when only what ends no program has changed': [{ template: { resources: { limits: { cpu: '1' } } }, changes: [gitChange(['resources', 'limits', 'cpu'], '2', '1')] }, 'NoRecentChange'],
    'when putting it back would take out a guard': [{ template: { securityContext: { runAsNonRoot: true } }, changes: [gitChange(['securityContext'], undefined, { runAsNonRoot: true })] }, 'GuardWouldGo'],
    'when the image before was not pinned': [{ template: { image: 'app:2' }, changes: [gitChange(['image'], 'app:latest', 'app:2')] }, 'ImageNotPinned'],
    'when its program crashes by itself': [{ subCause: 'Crashed' }, 'NativeCrash'],
    'when its command is missing, and only its environment changed': [{ subCause: 'NotStarted', template: { ports: [] }, changes: [gitChange(['ports'], [], [{ containerPort: 1 }])] }, 'CommandNotFound'],
  };
  it.each(Object.entries(cases))('%s', (_name, [parts, reason]) => {
    expect(reasonOf(parts)).toEqual([reason]);
  });
});
