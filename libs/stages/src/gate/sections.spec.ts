import { describe, expect, it } from 'vitest';
import { sectionsOf } from './sections.ts';

const BEFORE = 'resources: [a.yaml]\nimages: [{name: a, newTag: "1"}]\n';

describe('what differs in a kustomization', () => {
  it.each<readonly [what: string, path: string, before: string | undefined, after: string, sections: readonly string[] | undefined]>([
    ['one field', 'apps/kustomization.yaml', BEFORE, BEFORE.replace('"1"', '"2"'), ['images']],
    ['a new field', 'apps/kustomization.yml', BEFORE, `${BEFORE}patches: [{path: p.yaml}]\n`, ['patches']],
    ['a field that went', 'Kustomization', BEFORE, 'images: [{name: a, newTag: "1"}]\n', ['resources']],
    ['a new field of null', 'kustomization.yaml', BEFORE, `${BEFORE}generators:\n`, ['generators']],
    ['nothing but a comment', 'kustomization.yaml', BEFORE, `# x\n${BEFORE}`, []],
    ['a file that is new: all of it', 'kustomization.yaml', '{}', BEFORE, ['images', 'resources']],
    ['a file that was none', 'kustomization.yaml', undefined, BEFORE, undefined],
    ['a file of two documents', 'kustomization.yaml', BEFORE, `${BEFORE}---\nx: 1\n`, undefined],
    ['another file', 'apps/web.yaml', 'a: 1\n', 'a: 2\n', undefined],
  ])('%s', (_, path, before, after, sections) => {
    expect(sectionsOf({ path, before, after }).sections).toEqual(sections);
  });
});
