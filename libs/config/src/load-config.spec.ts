import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from './load-config.ts';

const problem = (text: string): string => {
  try {
    parseConfig(text, 'fleetmend.yaml');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'no problem';
};

describe('a config file', () => {
  it('needs nothing: every key of the hub has a default', () => {
    const { hub } = parseConfig('hub: {}', 'fleetmend.yaml');
    expect(hub).toMatchObject({ profile: 'production', http: { host: '127.0.0.1', port: 8080 }, bus: { kind: 'in-process' }, reasoners: [{ kind: 'playbook' }, { kind: 'precedent' }], evidence: { ttl: 86_400_000 } });
  });

  it('reads durations as milliseconds', () => {
    expect(parseConfig('hub: {lifecycle: {hold: 1m30s, deadlines: {Merged: 2h}}}', 'f').hub?.lifecycle).toEqual({ hold: 90_000, deadlines: { Merged: 7_200_000 } });
  });

  it("leaves a plugin's own keys to the plugin", () => {
    expect(parseConfig('hub: {forges: {main: {kind: gitea, url: http://127.0.0.1:3000}}}', 'f').hub?.forges).toEqual({ main: { kind: 'gitea', url: 'http://127.0.0.1:3000' } });
  });

  it('reads the part of an agent, which has to name its cluster', () => {
    expect(parseConfig('agent: {cluster: prod-1, bus: {kind: in-process}}', 'f').agent).toMatchObject({ cluster: 'prod-1', podLogs: { enabled: true } });
    expect(problem('agent: {bus: {kind: in-process}}')).toMatch(/agent\.cluster/);
  });
});

describe('a mistake in a config file is named with file and line', () => {
  const mistakes: Record<string, [string, RegExp]> = {
    'an unknown key, with the nearest known one': ['hub:\n  http:\n    prot: 80\n', /^fleetmend\.yaml:3: hub\.http\.prot is not a known key; did you mean port\? \(known here: host, port, proxied, dashboard, allowedHosts\)$/],
    'an unknown part of the file': ['hubb: {}', /hubb is not a known key; did you mean hub\?/],
    'an unknown key inside a chosen alternative': ['hub:\n  bus: {kind: nats, servers: [a], credential: {env: X}}', /hub\.bus\.credential is not a known key; did you mean credentials\?/],
    'a key that resembles nothing': ['hub: {frobnicate: 1}', /frobnicate is not a known key; remove it/],
    'a value of the wrong kind': ['hub:\n  http:\n    port: "80"', /^fleetmend\.yaml:3: hub\.http\.port: .*number/i],
    'a duration without a unit': ['hub: {lifecycle: {hold: 5}}', /hub\.lifecycle\.hold/],
    'a duration in words': ['hub: {lifecycle: {hold: soon}}', /hold: write a duration/],
    'a cluster name that is no label': ['agent: {cluster: Prod_1, bus: {kind: in-process}}', /agent\.cluster/],
    'a secret in plain text': ['hub: {bus: {kind: nats, servers: [a], credentials: abc}}', /hub\.bus\.credentials: a secret never stands in this file/],
    'a key that is there twice': ['hub: {}\nhub: {}', /not valid YAML.*unique/i],
    'text that is not YAML': ['hub: [', /not valid YAML/],
  };
  it.each(Object.entries(mistakes))('%s', (_name, [text, message]) => {
    expect(problem(text)).toMatch(message);
  });

  it('all of them at once', () => {
    expect(problem('hub: {a: 1, http: {prot: 1}}').split('\n')).toHaveLength(2);
  });

  it('a file that is not there', () => {
    expect(() => loadConfig('/nowhere/fleetmend.yaml')).toThrow(expect.objectContaining({ reason: 'ConfigUnreadable', message: expect.stringContaining('/nowhere/fleetmend.yaml') }));
  });

  it('but a good file on disk is read', () => {
    const dir = mkdtempSync(join(tmpdir(), 'fleetmend-config-'));
    writeFileSync(join(dir, 'fleetmend.yaml'), 'hub: {http: {port: 9000}}');
    expect(loadConfig(join(dir, 'fleetmend.yaml')).hub?.http.port).toBe(9000);
    rmSync(dir, { recursive: true });
  });
});
