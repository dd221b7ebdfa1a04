import { describe, expect, it } from 'vitest';
import type { GoServer } from './go-server.ts';
import { renderGoMod } from './pin.ts';

const server: GoServer = { name: 'forge', module: 'example.org/forge', version: 'v1.2.3', package: 'example.org/forge', binaries: ['forge'], coldSeconds: 1 };

describe('the go.mod of a server', () => {
  it('requires the module and everything that its own go.mod requires', () => {
    const mod = renderGoMod(server, { Go: '1.26.0', Require: [{ Path: 'example.org/a', Version: 'v0.1.0' }] });
    expect(mod).toContain('require example.org/forge v1.2.3\n');
    expect(mod).toContain('\texample.org/a v0.1.0\n');
    expect(mod).toContain('go 1.26.0\n');
  });

  it('repeats replacements by published modules, which count only in a main module', () => {
    const mod = renderGoMod(server, { Replace: [{ Old: { Path: 'example.org/a', Version: 'v1.0.0' }, New: { Path: 'example.org/b', Version: 'v1.0.1' } }] });
    expect(mod).toContain('replace example.org/a v1.0.0 => example.org/b v1.0.1\n');
  });

  it('takes the published twin of what upstream replaces by a folder, and drops what has none', () => {
    const folders = { Replace: ['k8s.io/api', 'example.org/own'].map((Path) => ({ Old: { Path }, New: { Path: './staging' } })) };
    const mod = renderGoMod({ ...server, localReplace: (path) => (path.startsWith('k8s.io/') ? 'v0.34.4' : undefined) }, folders);
    expect(mod).toContain('replace k8s.io/api => k8s.io/api v0.34.4\n');
    expect(mod).not.toContain('staging');
    expect(mod).not.toContain('example.org/own');
  });

  it('takes a folder of ours for a module that no proxy holds', () => {
    const mod = renderGoMod({ ...server, standIns: { 'example.org/lost': 'lost' } }, { Require: [{ Path: 'example.org/lost', Version: 'v0.1.0' }] });
    expect(mod).toContain('\texample.org/lost v0.1.0\n');
    expect(mod).toContain('replace example.org/lost => ./lost\n');
  });

  it('holds a further module at the version that the server names, not at upstream’s', () => {
    const mod = renderGoMod({ ...server, also: { 'example.org/a': 'v9.0.0' } }, { Require: [{ Path: 'example.org/a', Version: 'v0.1.0' }] });
    expect(mod).toContain('require example.org/a v9.0.0\n');
    expect(mod).not.toContain('v0.1.0');
  });
});
