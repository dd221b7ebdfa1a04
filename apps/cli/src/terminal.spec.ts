import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTerminal, styled } from './terminal.ts';

const open = (properties: { readonly isTTY?: boolean; readonly columns?: number } = {}, env: Record<string, string> = {}) => {
  const stream = Object.assign(new PassThrough(), properties);
  return { terminal: createTerminal(stream, env), written: () => String(stream.read() ?? '') };
};

describe('where nobody watches', () => {
  it('lines are plain, and the live line is silent', () => {
    const { terminal, written } = open();
    terminal.live('now');
    terminal.line(styled(terminal, 'red', 'bad'));
    expect(written()).toBe('bad\n');
  });
});

describe('on a terminal', () => {
  it('a line takes the place of the live line', () => {
    const { terminal, written } = open({ isTTY: true, columns: 80 }, { NO_COLOR: '1' });
    terminal.live('now');
    terminal.line('done');
    expect(written()).toBe('now\r\u001b[Kdone\n');
  });

  it('the live line fits into its width, and ends its own colour', () => {
    const { terminal, written } = open({ isTTY: true, columns: 6 });
    terminal.live('a long text');
    expect(written()).toBe('\u001b[2ma lon\u001b[0m');
  });

  it('a width that nobody knows is taken for the usual one', () => {
    const { terminal, written } = open({ isTTY: true, columns: 0 }, { NO_COLOR: '1' });
    terminal.live('now');
    expect(written()).toBe('now');
  });

  it.each([[{ NO_COLOR: '1' }], [{ TERM: 'dumb' }]])('there is no colour with %j', (env) => {
    expect(open({ isTTY: true }, env).terminal.colour).toBe(false);
  });
});
