import { describe, expect, it } from 'vitest';
import { editProperty, readProperty } from './properties.ts';

const edit = (text: string, value: string | undefined, file = 'app.env') => editProperty({ file, text, key: 'HOST', value });

describe('lines of KEY=VALUE', () => {
  it.each<readonly [what: string, file: string, before: string, value: string | undefined, after: string]>([
    ['a change', 'app.env', '# db\nHOST=a b=c\nPORT=1\n', 'x', '# db\nHOST=x\nPORT=1\n'],
    ['a change with spaces before the key and none after', 'app.env', '  HOST=a', 'x', '  HOST=x'],
    ['a change after a byte order mark, with Windows line ends', '.env', '\uFEFFHOST=a\r\nB=1\r\n', 'x', '\uFEFFHOST=x\r\nB=1\r\n'],
    ['quotes, which belong to the value', 'app.env', 'HOST="a"\n', '"b"', 'HOST="b"\n'],
    ['a new key', 'app.env', 'A=1\n', 'x', 'A=1\nHOST=x\n'],
    ['a new key after a last line without an end', 'app.env', 'A=1', 'x', 'A=1\nHOST=x'],
    ['a key out', 'app.env', '# h\nHOST=a\nB=1\n', undefined, '# h\nB=1\n'],
    ['the same again', 'app.env', 'HOST=a\n', 'a', 'HOST=a\n'],
    ['an empty value', 'app.env', 'HOST=\nB=1\n', 'a', 'HOST=a\nB=1\n'],
    ['a property with spaces around its sign', 'app.properties', 'HOST = a\nB: 1\n', 'x', 'HOST = x\nB: 1\n'],
    ['a property with a colon', 'app.properties', '! note\nHOST:a\n', 'x', '! note\nHOST:x\n'],
  ])('%s', (_, file, before, value, after) => {
    expect(edit(before, value, file)).toBe(after);
    expect(readProperty({ file, text: after, key: 'HOST' })).toBe(value);
  });

  it.each([
    ['two lines that set it', 'HOST=a\nHOST=b\n', 'x', '2 lines'],
    ['a variable', 'HOST=${A}\n', 'x', 'from elsewhere'],
    ['SOPS', 'HOST=ENC[x]\nsops_mac=ENC[y]\n', 'x', 'sops'],
    ['a value of two lines', 'HOST=a\n', 'x\ny', 'stay on its line'],
    ['a property with a backslash', 'HOST=a\\\n b\n', 'x', 'backslashes', 'app.properties'],
  ])('refuses %s, naming file and key', (_, text, value, cause, file = 'app.env') => {
    expect(() => edit(text, value, file)).toThrow(`${file} cannot be edited safely at HOST: `);
    expect(() => edit(text, value, file)).toThrow(cause);
  });
});
