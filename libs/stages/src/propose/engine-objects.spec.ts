import type { KubeObject } from '@fleetmend/model';
import type { Clusters } from '@fleetmend/ports';
import { describe, expect, it } from 'vitest';
import { engineObjects } from './engine-objects.ts';

const APPLICATION = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' } as const;
const application = (name: string, namespace = 'argocd'): KubeObject => ({ ...APPLICATION, metadata: { name, namespace } });
const many = (count: number) => Array.from({ length: count }, (_, index) => application(`app-${String(index).padStart(4, '0')}`));

interface Asked {
  readonly ref: { readonly name?: string };
  readonly limit: number;
  readonly after?: string;
}

/** An agent that tells so many objects at a time; an old one does not know where to go on. */
function agent(objects: readonly KubeObject[], { most, isOld = false }: { readonly most: number; readonly isOld?: boolean }) {
  const asked: Asked[] = [];
  const clusters: Clusters = {
    ask: async (_, question) => {
      const { limit, after = '' } = question as unknown as Asked;
      asked.push(question as unknown as Asked);
      const rest = isOld ? objects : objects.filter(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}` > after);
      const page = rest.slice(0, Math.min(most, limit));
      return { answer: 'object', objects: page, truncated: page.length < rest.length } as never;
    },
  };
  return { read: engineObjects(clusters, 'prod-1'), asked };
}

describe('reading the objects of an engine', () => {
  it.each([[0, 1], [3, 1], [499, 1], [500, 1], [501, 2], [1700, 4]])('tells all of %i, in %i questions', async (count, questions) => {
    const { read, asked } = agent(many(count), { most: 500 });
    expect(await read(APPLICATION)).toEqual(many(count));
    expect(asked).toHaveLength(questions);
  });

  it('goes on where an answer was full before its limit', async () => {
    expect(await agent(many(70), { most: 7 }).read(APPLICATION)).toHaveLength(70);
  });

  it.each([
    ['an agent that does not know how to go on', many(9), { most: 4, isOld: true }],
    ['an object that fits into no answer', many(1), { most: 0 }],
    ['a list in another order', [application('b'), application('a'), application('c')], { most: 2 }],
  ])('takes a part for no answer: %s', async (_, objects, how) => {
    await expect(agent(objects, how).read(APPLICATION)).rejects.toMatchObject({ reason: 'ListIncomplete', message: expect.stringContaining('prod-1') });
  });

  it('asks the same only once', async () => {
    const { read, asked } = agent(many(2), { most: 500 });
    await Promise.all([read({ ...APPLICATION, namespace: 'argocd', name: 'a' }), read({ ...APPLICATION, namespace: 'argocd', name: 'a' }), read({ ...APPLICATION, namespace: 'argocd', name: 'b' })]);
    expect(asked.map(({ ref: { name } }) => name)).toEqual(['a', 'b']);
  });
});
