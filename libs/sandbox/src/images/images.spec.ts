import { describe, expect, test } from 'vitest';
import { imageCatalog, LABAPP_IMAGE, parseImage } from './catalog.ts';
import { labapp, LABAPP_FLAGS } from './labapp.ts';

describe('labapp', () => {
  test('logs and checks in the order of its flags, then takes memory, listens, waits and exits', () => {
    const { steps } = labapp(['--exit=3', '--listen=8080', '--require-env=B=2', '--hold-memory=1Mi', '--log=hello there', '--exit-after=1m30s', '--health=/ok', '--ready-after=500ms', '--require-connect=db:5432']);
    expect(steps).toEqual([
      { do: 'requireEnv', name: 'B', value: '2' },
      { do: 'log', text: 'hello there' },
      { do: 'requireConnect', host: 'db', port: 5432, patience: 3_000 },
      { do: 'holdMemory', bytes: 1_048_576n, text: '1Mi' },
      { do: 'listen', port: 8080, health: '/ok', readyAfter: 500 },
      { do: 'wait', for: 90_000 },
      { do: 'exit', code: 3 },
    ]);
  });

  test('exits 0 after --exit-after alone, and never without either', () => {
    expect(labapp(['--exit-after=5s']).steps.at(-1)).toEqual({ do: 'exit', code: 0 });
    expect(labapp([]).steps).toEqual([]);
  });

  test.each(['--lsten=8080', '--listen', '--listen=http', '--hold-memory=lots', '--ready-after=soon', '--require-connect=db', 'serve', '--exit='])('prints its usage and exits 2 for %s', (flag) => {
    expect(labapp([flag]).steps.map((step) => (step.do === 'exit' ? step.code : step.do))).toEqual(['log', 'log', 2]);
  });

  test('knows twelve flags', () => {
    expect(LABAPP_FLAGS).toHaveLength(12);
    expect(LABAPP_FLAGS).toContain('--require-connect');
  });
});

describe('image names', () => {
  test.each([
    ['nginx', 'docker.io/library/nginx', 'latest'],
    ['nginx:1.27', 'docker.io/library/nginx', '1.27'],
    ['fluent/fluent-bit:3.1', 'docker.io/fluent/fluent-bit', '3.1'],
    ['registry.example.com/shop/cart:2.3.1', 'registry.example.com/shop/cart', '2.3.1'],
    ['localhost/x:1', 'localhost/x', '1'],
    [LABAPP_IMAGE, '127.0.0.1:5999/labapp', '1'],
  ])('%s is read as %s with tag %s', (name, repository, tag) => {
    expect(parseImage(name)).toEqual({ repository, tag });
  });

  test.each(['Nginx:1', 'nginx:', 'nginx::1', 'nginx:1 ', 'a b', '', 'nginx:-1', '/nginx'])('%j is none', (name) => {
    expect(parseImage(name)).toEqual({ problem: expect.stringMatching(/^invalid reference format/) });
  });

  test('below the lab\'s address only labapp:1 exists, elsewhere everything but what is listed as missing', () => {
    const catalog = imageCatalog([':2.0.0-rc9']);
    const found = (name: string) => catalog.find(name).is;
    expect([LABAPP_IMAGE, '127.0.0.1:5999/labapp:2', '127.0.0.1:5999/other:1', 'nginx:1.27', 'registry.example.com/shop/cart:2.0.0-rc9'].map(found)).toEqual(['found', 'missing', 'missing', 'found', 'missing']);
  });
});
