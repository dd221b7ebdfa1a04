import { PermanentError } from '@fleetmend/kernel';
import type { KubeObject } from '@fleetmend/model';
import { describe, expect, it } from 'vitest';
import { renderMemory, type RenderInput } from './render-memory.ts';

const objects = (name: string): readonly KubeObject[] => [{ apiVersion: 'v1', kind: 'Service', metadata: { name } }];
const input = (rest: Partial<RenderInput> = {}): RenderInput => ({ program: 'kustomize 5.7', args: ['build'], files: new Map([['a', '1'], ['b', '2']]), ...rest });

/** Renders that count how often they ran, and end when told to. */
function renders() {
  let [started, most, now] = [0, 0, 0];
  const ends: (() => void)[] = [];
  return {
    get started() { return started; },
    get most() { return most; },
    end: () => ends.splice(0).forEach((end) => end()),
    at: (name: string, size = 10) => async () => {
      started += 1;
      now += 1;
      most = Math.max(most, now);
      await new Promise<void>((end) => ends.push(end));
      now -= 1;
      return { objects: objects(name), size };
    },
    quick: (name: string, size = 10) => async () => {
      started += 1;
      return { objects: objects(name), size };
    },
  };
}

describe('the memory of renders', () => {
  it('starts nothing again for the same program, arguments and files, in whichever order these come', async () => {
    const [memory, render] = [renderMemory(), renders()];
    const first = await memory.recall(input(), render.quick('x'));
    expect(await memory.recall(input({ files: new Map([['b', '2'], ['a', '1']]) }), render.quick('y'))).toBe(first);
    expect(render.started).toBe(1);
  });

  it.each<readonly [what: string, other: Partial<RenderInput>]>([
    ['another version of the program', { program: 'kustomize 5.8' }],
    ['another argument', { args: ['build', '--x'] }],
    ['another text', { files: new Map([['a', '1'], ['b', '3']]) }],
    ['another name', { files: new Map([['a', '1'], ['c', '2']]) }],
    ['a file more', { files: new Map([['a', '1'], ['b', '2'], ['c', '']]) }],
  ])('takes nothing for the same that differs by %s', async (_, other) => {
    const [memory, render] = [renderMemory(), renders()];
    await memory.recall(input(), render.quick('x'));
    expect(await memory.recall(input(other), render.quick('y'))).toEqual(objects('y'));
  });

  it('shares what runs just now', async () => {
    const [memory, render] = [renderMemory(), renders()];
    const both = [memory.recall(input(), render.at('x')), memory.recall(input(), render.at('y'))];
    await Promise.resolve();
    render.end();
    expect(await Promise.all(both)).toEqual([objects('x'), objects('x')]);
    expect(render.started).toBe(1);
  });

  it('forgets what was used longest ago when the outputs get too long, and keeps none that is too long alone', async () => {
    const [memory, render] = [renderMemory({ remembered: 3_000 }), renders()];
    const named = (name: string) => input({ args: [name] });
    for (const name of ['a', 'b', 'a', 'c']) await memory.recall(named(name), render.quick(name, 800));
    expect(render.started).toBe(3);
    await memory.recall(named('a'), render.quick('a', 800));
    expect(render.started).toBe(3);
    await memory.recall(named('b'), render.quick('b', 800));
    expect(render.started).toBe(4);
    for (let time = 0; time < 2; time += 1) await memory.recall(named('huge'), render.quick('huge', 4_000));
    expect(render.started).toBe(6);
  });

  it('remembers what the program complains of in its input, and nothing that may be otherwise the next time', async () => {
    const memory = renderMemory();
    const fails = (error: Error) => async () => { throw error; };
    const lasting = new PermanentError('RenderFailed', 'no such file', { cause: new Error('no such file') });
    await expect(memory.recall(input(), fails(lasting))).rejects.toBe(lasting);
    await expect(memory.recall(input(), renders().quick('x'))).rejects.toBe(lasting);
    const passing = new PermanentError('RenderFailed', 'it took longer than 20 s');
    await expect(memory.recall(input({ args: ['slow'] }), fails(passing))).rejects.toBe(passing);
    expect(await memory.recall(input({ args: ['slow'] }), renders().quick('x'))).toEqual(objects('x'));
  });

  it('starts no more programs at a time than it may, and all in the end', async () => {
    const [memory, render] = [renderMemory({ jobs: 2 }), renders()];
    const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => memory.recall(input({ args: [name] }), render.at(name))));
    for (let turn = 0; turn < 50; turn += 1) {
      await Promise.resolve();
      render.end();
    }
    expect((await all).flat().map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect([render.started, render.most]).toEqual([5, 2]);
  });
});
