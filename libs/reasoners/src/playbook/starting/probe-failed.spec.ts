import { describe, expect, it } from 'vitest';
import { aCase, commit, CONTAINER_PATH, gitChange, object } from '../case.fixture.ts';
import { probeFailed } from './probe-failed.ts';

type Parts = Omit<Parameters<typeof aCase>[0], 'class'>;
const http = (path: string, port: number | string, more: object = {}) => ({ httpGet: { path, port, ...more } });
const answer = (subCause: string, parts: Parts) => probeFailed(aCase({ class: 'ProbeFailed', subCause, ...parts }));
const set = (...fields: readonly (readonly [string, string | number])[]) => ({ action: 'setProbe', fields: fields.map(([path, value]) => ({ path: [...CONTAINER_PATH, ...path.split('/')], value })) });
const restored = (...path: readonly string[]) => ({ action: 'restoreField', path: [...CONTAINER_PATH, ...path], commit: commit(1) });
const LISTENING = 'listening on :8080';
const service = (targetPort: number) => object('Service', 'checkout', { spec: { selector: { app: 'checkout' }, ports: [{ port: 80, targetPort }] } });

describe('a probe that changed in Git', () => {
  it.each<[string, string, Parts, object]>([
    ['asks on its port again', 'ReadinessRefused', { template: { readinessProbe: http('/ok', 8081) }, log: LISTENING, changes: [gitChange(['readinessProbe', 'httpGet', 'port'], 8080, 8081)] }, set(['readinessProbe/httpGet/port', 8080])],
    ['asks for its path again, and so does the other that changed with it', 'LivenessNotFound', { template: { livenessProbe: http('/x', 8080), readinessProbe: http('/x', 8080) }, changes: [gitChange(['livenessProbe', 'httpGet', 'path'], '/ok', '/x'), gitChange(['readinessProbe', 'httpGet', 'path'], '/ok', '/x')] }, set(['livenessProbe/httpGet/path', '/ok'], ['readinessProbe/httpGet/path', '/ok'])],
    ['speaks HTTP again where the scheme was added', 'ReadinessWrongScheme', { template: { readinessProbe: http('/ok', 8080, { scheme: 'HTTPS' }) }, changes: [gitChange(['readinessProbe', 'httpGet', 'scheme'], undefined, 'HTTPS')] }, set(['readinessProbe/httpGet/scheme', 'HTTP'])],
    ['gets its time back', 'LivenessServerError', { template: { livenessProbe: { ...http('/ok', 8080), initialDelaySeconds: 1 } }, changes: [gitChange(['livenessProbe', 'initialDelaySeconds'], 30, 1)] }, set(['livenessProbe/initialDelaySeconds', 30])],
    ['gets the startup probe back that gave it time', 'LivenessServerError', { template: { livenessProbe: http('/ok', 8080) }, changes: [gitChange(['startupProbe'], http('/ok', 8080), undefined)] }, restored('startupProbe')],
    ['runs its earlier command', 'ReadinessCommandNotFound', { template: { readinessProbe: { exec: { command: ['curl'] } } }, changes: [gitChange(['readinessProbe', 'exec', 'command', '0'], '/check', 'curl')] }, restored('readinessProbe')],
  ])('%s', (_what, subCause, parts, action) => {
    const { candidates, confidence } = answer(subCause, parts);
    expect(candidates).toEqual([action]);
    expect(confidence).toBeGreaterThan(0.9);
  });

  it('is not asked less often again where the program itself says that it is not well', () => {
    const parts: Parts = { template: { readinessProbe: { ...http('/ok', 8080), periodSeconds: 5, failureThreshold: 2 } }, changes: [gitChange(['readinessProbe', 'periodSeconds'], 10, 5), gitChange(['readinessProbe', 'failureThreshold'], 3, 2)] };
    expect(answer('ReadinessServerError', parts).candidates).toMatchObject([{ action: 'abstain', reason: 'ProbeServerError' }]);
    expect(answer('ReadinessTimedOut', parts).candidates).toMatchObject([{ action: 'setProbe' }]);
  });

  it('is told of with the status that the kubelet heard', () => {
    const kase = aCase({ class: 'ProbeFailed', subCause: 'ReadinessServerError', template: { readinessProbe: http('/ok', 8080) } });
    const event = { kind: 'event', title: 'events of shop/checkout', text: 'Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503', digest: commit(8) } as const;
    expect(probeFailed({ ...kase, evidence: [...kase.evidence, event] }).candidates).toMatchObject([{ action: 'abstain', lookAt: expect.stringContaining('503') as string }]);
  });

  it('is not blamed for a change that has nothing to do with what it meets', () => {
    const parts: Parts = { template: { args: ['--health=/healthz'], readinessProbe: { ...http('/ready', 8080), timeoutSeconds: 3 } }, changes: [gitChange(['readinessProbe', 'timeoutSeconds'], 1, 3)] };
    expect(answer('ReadinessNotFound', parts).candidates).toEqual([set(['readinessProbe/httpGet/path', '/healthz'])]);
  });
});

describe('a probe that asks on a port by its name', () => {
  const template = { args: ['--listen=9000', '--listen=9901'], readinessProbe: http('/ok', 'http'), ports: [{ name: 'http', containerPort: 8080 }, { name: 'admin', containerPort: 9901 }] };
  const set9000 = [{ action: 'setPort', fields: [{ path: [...CONTAINER_PATH, 'ports', '[name=http]', 'containerPort'], value: 9000 }] }];

  it('has that name stand for the earlier number again, where the program still listens there', () => {
    expect(answer('ReadinessRefused', { template: { ...template, args: ['--listen=9000', '--listen=9001', '--listen=9901'] }, changes: [gitChange(['ports', '[name=http]', 'containerPort'], 9000, 8080)] }).candidates).toEqual(set9000);
  });

  it('never has it stand for a port that has another name', () => {
    expect(answer('ReadinessRefused', { template }).candidates).toEqual(set9000);
    expect(answer('ReadinessRefused', { template: { ...template, args: ['--listen=9901'] } }).candidates).toMatchObject([{ action: 'abstain' }]);
  });
});

describe('a probe that was left behind', () => {
  const probes = { livenessProbe: http('/ok', 8080), readinessProbe: http('/ok', 8080) };
  const moved = gitChange(['args', '0'], '--listen=8080', '--listen=9090');

  it('follows the program to the port that it listens on, where all else moved too', () => {
    const template = { ...probes, args: ['--listen=9090'], ports: [{ containerPort: 9090 }] };
    expect(answer('LivenessRefused', { template, log: 'listening on :9090', changes: [moved, gitChange(['ports', '0', 'containerPort'], 8080, 9090)] }).candidates).toEqual([set(['livenessProbe/httpGet/port', 9090], ['readinessProbe/httpGet/port', 9090])]);
  });

  it('stays, and the program goes back, where that moved alone', () => {
    const template = { ...probes, args: ['--listen=9090'], ports: [{ containerPort: 8080 }] };
    expect(answer('LivenessRefused', { template, log: 'listening on :9090', changes: [moved] }).candidates[0]).toEqual(restored('args', '0'));
  });

  it('stays also where a commit took all but the program back: the revert was not finished, and the probe is right', () => {
    const template = { ...probes, args: ['--listen=9090'], ports: [{ containerPort: 8080 }] };
    const backs = [gitChange(['livenessProbe', 'httpGet', 'port'], 9090, 8080, { at: 3 }), gitChange(['readinessProbe', 'httpGet', 'port'], 9090, 8080, { at: 3 })];
    expect(answer('LivenessRefused', { template, log: 'listening on :9090', related: [service(8080)], changes: [...backs, moved] }).candidates[0]).toEqual(restored('args', '0'));
  });

  it('goes where the Service sends its traffic when the log says nothing', () => {
    const kase = { template: { readinessProbe: http('/ok', 8081), ports: [{ containerPort: 8080 }] }, related: [service(8080)] };
    expect(answer('ReadinessRefused', kase).candidates).toEqual([set(['readinessProbe/httpGet/port', 8080])]);
  });

  it.each<[string, readonly object[], string | number]>([
    ['the name that it was nearly called by', [{ name: 'http-api', containerPort: 8080 }, { name: 'metrics', containerPort: 9090 }], 'http-api'],
    ['the only port there is', [{ containerPort: 8080 }], 8080],
  ])('asks on %s when the port that it names is gone', (_what, ports, port) => {
    expect(answer('ReadinessPortUnknown', { template: { readinessProbe: http('/ok', 'http-apis'), ports } }).candidates).toEqual([set(['readinessProbe/httpGet/port', port])]);
  });
});

describe('a program that changed under its probe', () => {
  it('goes back when it is the one thing that did', () => {
    const parts: Parts = { template: { args: ['--health=/ok', '--ready-after=90s'], livenessProbe: http('/ok', 8080) }, changes: [gitChange(['args', '1'], '--ready-after=5s', '--ready-after=90s')] };
    expect(answer('LivenessServerError', parts).candidates).toEqual([restored('args', '1')]);
  });
});

describe('a probe that was added and is too early', () => {
  it.each<[string, string, object, object]>([
    ['waits before its first try', 'LivenessServerError', { livenessProbe: http('/ok', 8080) }, set(['livenessProbe/initialDelaySeconds', 120])],
    ['tries longer', 'StartupServerError', { startupProbe: { ...http('/ok', 8080), periodSeconds: 5 } }, set(['startupProbe/failureThreshold', 24])],
    ['tries as often as policy lets it', 'StartupServerError', { startupProbe: { ...http('/ok', 8080), periodSeconds: 2 } }, set(['startupProbe/failureThreshold', 30])],
    ['tries less often where its tries are soon over', 'StartupServerError', { startupProbe: { ...http('/ok', 8080), periodSeconds: 1 } }, set(['startupProbe/failureThreshold', 30], ['startupProbe/periodSeconds', 4])],
  ])('%s', (_what, subCause, template, action) => {
    const field = Object.keys(template)[0] ?? '';
    expect(answer(subCause, { template: template as Parts['template'] & object, changes: [gitChange([field], undefined, {})] }).candidates).toEqual([action]);
  });
});

describe('a probe is left to a person', () => {
  it.each<[string, string, Parts]>([
    ['when the program says that it is not well, and nothing changed', 'ReadinessServerError', { template: { readinessProbe: http('/ok', 8080) } }],
    ['when it was added and nothing shows what it should ask', 'ReadinessRefused', { template: { readinessProbe: http('/ok', 8081) }, changes: [gitChange(['readinessProbe'], undefined, http('/ok', 8081))] }],
    ['when two ports could be meant', 'ReadinessRefused', { template: { readinessProbe: http('/ok', 8081), ports: [{ containerPort: 1 }, { containerPort: 2 }] } }],
    ['when the server wants credentials', 'LivenessUnauthorized', { template: { livenessProbe: http('/ok', 8080) } }],
  ])('%s', (_what, subCause, parts) => {
    expect(answer(subCause, parts).candidates).toMatchObject([{ action: 'abstain' }]);
  });

  it('and is never taken out', () => {
    const added: Parts = { template: { livenessProbe: http('/ok', 8081) }, changes: [gitChange(['livenessProbe'], undefined, http('/ok', 8081))], log: LISTENING };
    expect(answer('LivenessRefused', added).candidates).toEqual([set(['livenessProbe/httpGet/port', 8080])]);
  });
});
