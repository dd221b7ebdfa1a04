import type { Writable } from 'node:stream';

/** Where people read. */
export interface Terminal {
  /** A line that stays. */
  line(text: string): void;
  /** A dim line that is overwritten by the next one; nothing where nobody watches. */
  live(text: string): void;
  readonly isTty: boolean;
  readonly colour: boolean;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof CODES;

export function createTerminal(stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }, env: Readonly<Record<string, string | undefined>>): Terminal {
  const isTty = stream.isTTY === true && env['TERM'] !== 'dumb';
  let shown = false;
  const clear = () => {
    if (shown) stream.write('\r\u001b[K');
    shown = false;
  };
  const colour = isTty && !env['NO_COLOR'];
  return {
    isTty,
    colour,
    line(text) {
      clear();
      stream.write(`${text}\n`);
    },
    live(text) {
      if (!isTty) return;
      clear();
      // Cut before it is styled: half an escape sequence would colour the rest of the screen.
      stream.write(styled({ colour }, 'dim', text.slice(0, (stream.columns || 80) - 1)));
      shown = text !== '';
    },
  };
}

/** The text in a style, where colours are wanted. */
export function styled(terminal: Pick<Terminal, 'colour'>, style: Style, text: string): string {
  return terminal.colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}
