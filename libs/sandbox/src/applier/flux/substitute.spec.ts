import { expect, test } from 'vitest';
import { substituteVariables } from './substitute.ts';

const variables = new Map([['name', 'checkout'], ['Region', 'eu-west-1'], ['file', 'app.tar.gz'], ['empty', '']]);

// Source: the cases of fluxcd/pkg/envsubst 1.7, eval_test.go, with other names.
test.each([
  ['a: ${name}-x', 'a: checkout-x'],
  ['${unknown}', ''],
  ['${unknown:-one}${unknown:=two}${empty:-three}${name:-four}', 'onetwothreecheckout'],
  ['${unknown:-${name}}', 'checkout'],
  ['$${name} $name', '${name} $name'],
  ['${name^}${name^^}${Region,}${Region,,}', 'CheckoutCHECKOUTeu-west-1eu-west-1'],
  ['${name:5}|${name:0:5}|${name:-3}', 'out|check|checkout'],
  ['${#name}', '8'],
  ['${name/check/sign}|${Region//-/_}|${name/#check/}|${name/%out/in}', 'signout|eu_west_1|out|checkin'],
  ['${file#*.}|${file##*.}|${file%.*}|${file%%.*}', 'tar.gz|gz|app.tar|app'],
])('%s becomes %s', (text, wanted) => {
  expect(substituteVariables(text, variables)).toBe(wanted);
});

test.each([
  ['${name', 'missing closing brace'],
  ['${1name}', 'unable to parse variable name'],
])('%s is refused: %s', (text, words) => {
  expect(() => substituteVariables(text, variables)).toThrow(words);
});
