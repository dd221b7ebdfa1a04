import { expect, it } from 'vitest';
import { isEditable } from './editable-path.ts';

it.each([
  ['apps/web.yaml', ['apps/**'], true],
  ['apps/deep/.hidden/web.yaml', ['apps/**'], true],
  ['other/web.yaml', ['apps/**'], false],
  ['apps/web.yaml', [], false],
  ['apps/prod/web.yaml', ['apps/**', '!apps/prod/**'], false],
  ['apps/prod/web.yaml', ['apps/**', '!apps/prod/**', 'apps/prod/web.yaml'], true],
  ['apps/web.yaml', ['!apps/**'], false],
])('%s under %j: %s', (path, globs, editable) => {
  expect(isEditable(path, globs)).toBe(editable);
});
