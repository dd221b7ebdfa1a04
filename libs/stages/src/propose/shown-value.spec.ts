import { expect, it } from 'vitest';
import { HIDDEN, shownValue } from './shown-value.ts';

it('hides the value of an environment variable, key or field that has the name of a secret', () => {
  expect(shownValue('/spec/template/spec/containers/[name=app]/env/[name=DB_PASSWORD]/value', 'hunter2')).toBe(HIDDEN);
  expect(shownValue('/stringData/apiKey', 'hunter2')).toBe(HIDDEN);
});

it('takes a password out of a value with an ordinary name', () => {
  expect(shownValue('/spec/template/spec/containers/[name=app]/env/[name=DATABASE_URL]/value', 'postgres://app:hunter2@db:5432/x')).toBe('postgres://app:__URL_PASSWORD_1__@db:5432/x');
});

it('shows what everybody may see', () => {
  expect(shownValue('/spec/template/spec/containers/[name=app]/resources/limits/memory', '128Mi')).toBe('128Mi');
  expect(shownValue('/spec/template/spec/imagePullSecrets/0/name', 'regcred')).toBe('regcred');
  expect(shownValue('/spec/template/spec/containers/[name=app]/image', `registry.test/a@sha256:${'9f86d081'.repeat(8)}`)).toBe(`registry.test/a@sha256:${'9f86d081'.repeat(8)}`);
});
