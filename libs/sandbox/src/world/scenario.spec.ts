import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { seconds, seededRandom } from '@fleetmend/kernel';
import { VirtualClock } from '@fleetmend/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryRepository } from '../applier/spec-support/memory-repository.ts';
import { LABAPP_IMAGE } from '../images/catalog.ts';
import { missingAbilities, playScenario, unhealthyWorkloads } from './play-scenario.ts';
import { readScenario } from './scenario.ts';
import { createWorld } from './world.ts';

const made: string[] = [];
afterEach(() => made.splice(0).forEach((dir) => rmSync(dir, { recursive: true })));

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'scenario-'));
  made.push(dir);
  for (const [path, text] of Object.entries({ 'scenario.yaml': scenario(dir), ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const scenario = (dir: string, more = '', engine = 'flux') => `
name: ${basename(dir)}
class: OOMKilled
layout: raw
repository: {path: apps/web, branch: main}
branches: [{name: experiment, from: 00-initial, dir: history/decoy, message: try something}]
deploy: [{cluster: prod-1, engine: ${engine}, path: apps/web}]
history:
  - {dir: history/00-initial, message: web 1.0, healthy: true}
  - {dir: history/01-fault, message: trim}
${more}
expect: {outcome: Repaired, change: [{file: apps/web/web.yaml, path: "spec/template/spec/containers/[name=app]/resources/limits/memory", to: {atLeast: 110Mi}}], within: 3m}
`;

const web = (memory: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "${LABAPP_IMAGE}", args: [--hold-memory=100Mi], resources: {limits: {memory: ${memory}}}}]}
`;

const FILES = {
  'history/00-initial/apps/web/web.yaml': web('160Mi'),
  'history/00-initial/apps/web/old.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old, namespace: web, annotations: {from: "http://git.fleet.local/fleet.git"}}\n',
  'history/00-initial/docs/notes.txt': 'not deployed\n',
  'history/01-fault/apps/web/web.yaml': web('64Mi'),
  'history/01-fault/apps/web/old.yaml.deleted': '',
  'history/decoy/apps/web/web.yaml': web('32Mi'),
  'live/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n',
  'live/prod-1/node.yaml': 'apiVersion: v1\nkind: Node\nmetadata: {name: only}\nstatus: {capacity: {cpu: "2", memory: 2Gi, pods: "20"}}\n',
  'live/after/hand.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: by-hand, namespace: web}\ndata: {a: b}\n',
} as const;

describe('a scenario folder', () => {
  test('is read with its steps, decoys and live objects, and with the forge\'s address in place of the placeholder', () => {
    const read = readScenario(folder(FILES), { url: 'http://forge.example/x.git' });
    expect(read.reviewer).toBe('merges');
    expect(read.history.map(({ message, healthy, files }) => [message, healthy, [...files.keys()]])).toEqual([
      ['web 1.0', true, ['apps/web/old.yaml', 'apps/web/web.yaml', 'docs/notes.txt']],
      ['trim', false, ['apps/web/old.yaml', 'apps/web/web.yaml']],
    ]);
    expect(read.history[0]?.files.get('apps/web/old.yaml')).toContain('http://forge.example/x.git');
    expect(read.history[1]?.files.get('apps/web/old.yaml')).toBeNull();
    expect(read.live('prod-1').map(({ kind }) => kind)).toEqual(['Namespace', 'Node']);
    expect(read.liveAfter('prod-1').map(({ metadata }) => metadata.name)).toEqual(['by-hand']);
  });

  test('offers alternatives among what must hold, or instead of it', () => {
    const dir = folder(FILES);
    const said = scenario(dir);
    const [, list = ''] = /change: (\[.*?\]), within/s.exec(said) ?? [];
    for (const form of [`{anyOf: [${list}]}`, `[{anyOf: [${list}]}]`]) {
      writeFileSync(join(dir, 'scenario.yaml'), said.replace(list, form));
      expect(readScenario(dir, { url: '' }).expect.change).toMatchObject([{ anyOf: [[{ file: 'apps/web/web.yaml' }]] }]);
    }
  });

  test('says what people do while the hub is at work', () => {
    const dir = folder({ ...FILES, 'people/fix/apps/web/web.yaml': web('160Mi'), 'people/hand/map.yaml': FILES['live/after/hand.yaml'] });
    writeFileSync(join(dir, 'scenario.yaml'), scenario(dir, 'meanwhile:\n  - {once: opened, after: 3s, dir: people/fix, message: back}\n  - {hand: people/hand}'));
    const acts = readScenario(dir).meanwhile;
    expect(acts.map(({ once, after, message, files, byHand }) => [once, after, message, [...files.keys()], byHand('prod-1').map(({ metadata }) => metadata.name)])).toEqual([
      ['opened', seconds(3), 'back', ['apps/web/web.yaml'], []],
      ['applied', 0, 'people/hand by hand', [], ['by-hand']],
    ]);
  });

  const wrong: readonly (readonly [title: string, more: string, problem: RegExp])[] = [
    ['an unknown key', 'colour: red', /scenario\.yaml: the document: .*colour/],
    ['a reviewer that nobody knows', 'reviewer: sleeps', /scenario\.yaml: reviewer: /],
    ['a wrong type', 'requires: nodes', /scenario\.yaml: requires: /],
    ['a person who does nothing', 'meanwhile: [{after: 3s}]', /scenario\.yaml: meanwhile\.0: is a commit/],
  ];
  test.each(wrong)('with %s is refused, naming file and key', (_, more, problem) => {
    const dir = folder(FILES);
    writeFileSync(join(dir, 'scenario.yaml'), scenario(dir, more));
    expect(() => readScenario(dir)).toThrow(problem);
  });

  test('whose step has no folder is refused', () => {
    const { 'history/01-fault/apps/web/web.yaml': _, 'history/01-fault/apps/web/old.yaml.deleted': __, ...rest } = FILES;
    expect(() => readScenario(folder(rest))).toThrow('the folder history/01-fault does not exist');
  });

  test('that needs what the sandbox lacks says what', () => {
    const dir = folder(FILES);
    writeFileSync(join(dir, 'scenario.yaml'), scenario(dir, 'requires: [nodes, network-policy-enforcement, "labapp --listen", "labapp --sing"]\nworlds: [lab]'));
    expect(missingAbilities(readScenario(dir), {})).toEqual(['it is only for lab', 'the sandbox has no network-policy-enforcement', 'the sandbox has no labapp --sing']);
  });
});

describe.each(['flux', 'argocd'])('played with %s', (engine) => {
  test('it is healthy after the first commit, fails after the last, and is edited by hand then', async () => {
    const dir = folder(FILES);
    writeFileSync(join(dir, 'scenario.yaml'), scenario(dir, '', engine));
    const clock = new VirtualClock();
    const repository = memoryRepository();
    const errors: unknown[] = [];
    const world = createWorld({ clusters: ['prod-1'], clock, random: seededRandom(2), state: ':memory:', repositories: () => repository, failed: ({ error }) => errors.push(error) });
    const { objects } = world.cluster('prod-1');
    const story: string[] = [];
    const playing = playScenario({ scenario: readScenario(dir), world, writer: repository, url: 'http://forge.example/x.git', clock, tell: (line) => story.push(`${line}, ${objects.list('v1', 'Pod').length} pods`) });
    await clock.run(seconds(60));
    const played = await playing;

    expect(story).toEqual(['commit 1 of 2: web 1.0, 0 pods', 'commit 2 of 2: trim, 1 pods']);
    expect(played.commits).toEqual([expect.any(String), await repository.head('main')]);
    expect([...(await repository.files(await repository.head('experiment'), '')).keys()]).toContain('apps/web/old.yaml');
    expect(objects.list('v1', 'Node').map(({ metadata, status }) => [metadata.name, (status as { capacity: unknown }).capacity])).toEqual([['only', { cpu: '2', 'ephemeral-storage': '100Gi', memory: '2Gi', pods: '20' }]]);
    expect(objects.get('v1', 'ConfigMap', 'web', 'old')).toBeUndefined();
    expect(objects.get('v1', 'ConfigMap', 'web', 'by-hand')?.metadata.managedFields).toMatchObject([{ manager: 'kubectl-edit', operation: 'Apply' }]);
    expect(unhealthyWorkloads(objects)).toEqual([expect.stringMatching(/^Deployment\/web\/web: Waiting for rollout/)]);
    expect(errors).toEqual([]);
  });
});
