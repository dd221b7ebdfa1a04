import { expect, it } from 'vitest';
import { plainWords } from './plain-words.ts';

it.each([
  ['an ordinary sentence', 'app was killed: 64Mi is too little.', 'app was killed: 64Mi is too little.'],
  ['a link', 'see https://evil.example.org/x?y=z now', 'see (link removed) now'],
  ['markup', '<script>alert(1)</script> [click](javascript:x) `rm`', 'script alert(1) script click (javascript:x) rm'],
  ['mentions and references', 'ping @admin, fixes #12', 'ping (at) admin, fixes no. 12'],
  ['commands for a bot', '/approve and\n/merge', 'approve and merge'],
  ['signs that reorder or hide', 'a\u202eb\u200bc\u001b[31m', 'abc 31m'],
])('makes %s harmless', (_, text, plain) => {
  expect(plainWords(text, 512)).toBe(plain);
});

it('takes out a secret that a model repeats', () => {
  expect(plainWords('the password=hunter2-9f8e7d is wrong', 512)).not.toContain('hunter2');
});
