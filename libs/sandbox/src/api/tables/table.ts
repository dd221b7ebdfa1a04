import type { KubeObject } from '../../objects.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, more only with `-o wide`. */
  readonly priority: number;
}

/** How `kubectl get` shows a type. */
export interface Table {
  readonly columns: readonly Column[];
  readonly cells: (object: KubeObject, now: number) => readonly unknown[];
}

/** Column headings as real servers give them; `Name!` is the name, `+` before a heading is for `-o wide` only, `#` marks whole numbers. */
export function columns(...headings: readonly string[]): readonly Column[] {
  return headings.map((heading) => {
    const isWide = heading.includes('+');
    const isNumber = heading.includes('#');
    const isName = heading.endsWith('!');
    const name = heading.replace(/^[+#]+/, '').replace(/!$/, '');
    return { name, type: isNumber ? 'integer' : 'string', format: isName ? 'name' : '', description: `${name} of the object, as the real server shows it.`, priority: isWide ? 1 : 0 };
  });
}
