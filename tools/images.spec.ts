import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './run-command.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const ignored = read('.dockerignore').split('\n');

/** No container engine is needed here: what an image is made of is checked as text, and the bundles by building them in the lab. */
describe.each(['hub', 'agent'])('the image of the %s', (app) => {
  const lines = read(`apps/${app}/Containerfile`).split('\n');
  const copies = lines.filter((line) => line.startsWith('COPY ')).map((line) => line.split(' ').slice(1));
  const fromTree = copies.filter(([first]) => !first?.startsWith('--from')).flatMap((words) => words.slice(0, -1));

  it('copies only what exists and what the build may see', () => {
    expect(fromTree.length).toBeGreaterThan(5);
    for (const path of fromTree) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(ignored, path).toContain(`!${path}`);
    }
  });

  it('takes from the build what the build makes', () => {
    const made = copies.filter(([first]) => first?.startsWith('--from=build')).map(([, path]) => path?.replace('/src/', '') ?? '');
    expect(made).toContain(`dist/${app}.mjs`);
    const build = read('tools/build.ts');
    for (const path of made) expect(path.startsWith('dist/') ? build.includes(`'${path}'`) : existsSync(join(root, path)), path).toBe(true);
  });

  it('runs as the user that the charts run it as, and builds for any architecture', () => {
    const [user] = lines.filter((line) => line.startsWith('USER '));
    expect(user).toBe('USER 65532:65532');
    expect(read(`charts/fleetmend-${app}/templates/_helpers.tpl`)).toContain('runAsUser: 65532');
    expect(lines.filter((line) => line.startsWith('FROM'))).toEqual([expect.stringContaining('$BUILDPLATFORM'), 'FROM ${RUN_BASE}']);
  });
});

describe('the workflows', () => {
  const files = readdirSync(join(root, '.github/workflows'));
  const steps = files.flatMap((file) => Object.values((parse(read(`.github/workflows/${file}`)) as { jobs: Record<string, { steps: readonly { uses?: string; run?: string }[] }> }).jobs).flatMap((job) => job.steps));

  it('use actions by commit only', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(5);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  it('start with no more rights than reading', () => {
    for (const file of files) expect(parse(read(`.github/workflows/${file}`))).toMatchObject({ permissions: { contents: 'read' } });
  });

  it('check with the script that everybody runs, and sign images by digest', () => {
    const runs = steps.flatMap(({ run }) => run ?? []).join('\n');
    expect(runs).toContain('./.ci/run');
    expect(runs).toContain('cosign sign --yes --recursive "$IMAGE@$DIGEST"');
  });
});
