import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LAB_SERVERS } from './boot/lab.ts';
import { withNeeds } from './boot/start-lab.ts';
import { buildable } from './commands/build.ts';
import { pick, UsageError } from './commands/context.ts';
import { goServers } from './servers/servers.ts';
import { labSpecs, specFile } from './specs.ts';

const here = import.meta.dirname;

describe('the specs of the lab', () => {
  it('are all listed, and every listed file is there', () => {
    expect(labSpecs.map(specFile).sort()).toEqual(globSync('**/*.lab.ts', { cwd: here }).sort());
  });

  it('have names of their own', () => {
    expect(new Set(labSpecs.map(({ name }) => name)).size).toBe(labSpecs.length);
  });

  it('ask only for tools that can be built', () => {
    const known = buildable.map(({ name }) => name);
    expect(labSpecs.flatMap(({ tools = [] }) => tools).filter((tool) => !known.includes(tool))).toEqual([]);
  });
});

describe('the servers of the lab', () => {
  it('are all listed: one folder, one line', () => {
    expect(goServers.map(({ name }) => name).sort()).toEqual(globSync('servers/*/server.ts', { cwd: here }).map((path) => path.split('/')[1]).sort());
  });

  it('have committed pins', () => {
    expect(globSync('servers/*/go.{mod,sum}', { cwd: here })).toHaveLength(2 * goServers.length);
  });

  it('bring along what they need', () => {
    expect([...withNeeds(['argocd'])]).toEqual(['kubernetes', 'argocd']);
    expect([...withNeeds(LAB_SERVERS)].sort()).toEqual([...LAB_SERVERS].sort());
  });
});

describe('a name on the command line', () => {
  it('that is unknown is refused with the known ones', () => {
    expect(() => pick([{ name: 'a' }, { name: 'b' }], ['c', 'a'], 'server')).toThrow(new UsageError('unknown server c: known are a, b'));
  });

  it('is looked up in the order of the list', () => {
    expect(pick([{ name: 'a' }, { name: 'b' }], ['b', 'a'], 'server').map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
