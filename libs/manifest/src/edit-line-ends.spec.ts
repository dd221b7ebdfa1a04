import type { JsonValue } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { editField } from './edit.ts';

const MANIFEST = `# shop, owned by team shop
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}  # flow
spec:
  replicas: 2   # two, for a reason
  template:
    spec:
      containers:
        # the one that serves
        - name: app
          image: "shop:1"
          args:
            - --a=1 # one
            - '--b=2'
          env: [{name: A, value: "1"}]
        - name: side
          image: side:1
---
kind: ConfigMap
metadata:
  name: web
data:
  app.yaml: |
    # read at the start
    server:
      port: 8080 # why
      hosts: [a, b]
  note: >-
    folded
    text
  patch: |-
    - op: replace
      path: /spec/replicas
      value: 3 # three
    - op: add
      path: /spec/template/spec/containers/0/resources
      value:
        limits: {memory: 64Mi}
# the end
`;

const APP = ['spec', 'template', 'spec', 'containers', '[name=app]'] as const;
type Row = readonly [what: string, document: number, path: readonly string[], value: JsonValue | undefined];

/** Every kind of edit that repairs are made of. */
const EDITS: readonly Row[] = [
  ['a scalar', 0, ['spec', 'replicas'], 3],
  ['a quoted scalar', 0, [...APP, 'image'], 'shop:2'],
  ['a scalar in a flow map', 0, ['metadata', 'labels', 'app'], 'shop'],
  ['a new key', 0, ['spec', 'paused'], false],
  ['a new key with a map below it', 0, [...APP, 'resources'], { limits: { memory: '128Mi' }, requests: { cpu: '20m' } }],
  ['a new key in a flow map', 0, ['metadata', 'labels', 'tier'], 'web'],
  ['a new text of several lines', 1, ['data', 'more'], 'a: 1\nb: 2\n'],
  ['a key less', 0, ['spec', 'replicas'], undefined],
  ['a key less, with all below it', 0, [...APP, 'args'], undefined],
  ['a folded text less', 1, ['data', 'note'], undefined],
  ['a list item', 0, [...APP, 'args', '1'], '--b=3'],
  ['one more list item', 0, [...APP, 'args', '-'], '--c=1'],
  ['one more map in a list', 0, ['spec', 'template', 'spec', 'containers', '-'], { name: 'new', image: 'new:1' }],
  ['one more item in a flow list', 0, [...APP, 'env', '-'], { name: 'B', value: 'yes' }],
  ['a list item less', 0, [...APP, 'args', '0'], undefined],
  ['a list item less, by its name', 0, ['spec', 'template', 'spec', 'containers', '[name=side]'], undefined],
  ['a field of YAML inside a text', 1, ['data', 'app.yaml', '!yaml', 'server', 'port'], 9090],
  ['a new field of YAML inside a text', 1, ['data', 'app.yaml', '!yaml', 'server', 'host'], 'db'],
  ['a list item of YAML inside a text', 1, ['data', 'app.yaml', '!yaml', 'server', 'hosts', '1'], 'c'],
  ['the value of a JSON 6902 operation', 1, ['data', 'patch', '!yaml', '0', 'value'], 4],
  ['a field inside the value of an operation', 1, ['data', 'patch', '!yaml', '1', 'value', 'limits', 'memory'], '128Mi'],
];

const windows = (text: string) => text.replaceAll('\n', '\r\n');
const marked = (text: string) => `\uFEFF${text}`;
const unended = (text: string) => text.replace(/# the end\n$/, '# the end');

describe('an edit is the same in every way of writing a file', () => {
  const edit = (text: string, [, document, path, value]: Row) => editField({ file: 'web.yaml', text, document, path, value });

  it.each(EDITS)('%s', (...row) => {
    const plain = edit(MANIFEST, row);
    expect(plain).not.toBe(MANIFEST);
    expect(edit(windows(MANIFEST), row)).toBe(windows(plain));
    expect(edit(marked(MANIFEST), row)).toBe(marked(plain));
    expect(edit(marked(windows(MANIFEST)), row)).toBe(marked(windows(plain)));
    expect(edit(unended(MANIFEST), row)).toBe(unended(plain));
  });

  it.each(EDITS)('%s touches no line that is not its own', (...row) => {
    const [before, after] = [MANIFEST.split('\n'), edit(MANIFEST, row).split('\n')];
    const first = before.findIndex((line, at) => line !== after[at]);
    const same = before.toReversed().findIndex((line, at) => line !== after.at(-1 - at));
    // What differs is one stretch of lines, and every other line is as it was.
    expect(after.slice(0, first)).toEqual(before.slice(0, first));
    expect(Math.max(before.length, after.length) - first - same).toBeLessThanOrEqual(6);
  });
});
