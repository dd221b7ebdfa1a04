import type { Instant } from '@fleetmend/kernel';
import type { TreeEntry } from './objects.ts';
import type { Identity } from './repository-access.ts';

export interface ImportedCommit {
  readonly ref: string;
  readonly parent: string | undefined;
  readonly author: Identity;
  readonly at: Instant;
  readonly message: string;
  readonly files: ReadonlyMap<string, string | null>;
  /** The parent's files, so that an executable one stays executable. */
  readonly existing: ReadonlyMap<string, TreeEntry>;
}

/** One commit in the format of `git fast-import` (see its manual page), which prints the new commit's id at the end. */
export function renderImport({ ref, parent, author, at, message, files, existing }: ImportedCommit): string {
  const who = `${clean(author.name)} <${clean(author.email)}> ${Math.floor(at / 1000)} +0000`;
  const changes = [...files].map(([path, text]) =>
    text === null ? `D ${quote(path)}` : `M ${existing.get(path)?.mode ?? '100644'} inline ${quote(path)}\n${data(text)}`,
  );
  return [`commit ${ref}`, 'mark :1', `author ${who}`, `committer ${who}`, data(message), ...(parent === undefined ? [] : [`from ${parent}`]), ...changes, 'get-mark :1', 'done', ''].join('\n');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

function quote(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Git itself drops these signs from names. */
function clean(name: string): string {
  return name.replace(/[<>\n\0]/g, '').trim();
}
