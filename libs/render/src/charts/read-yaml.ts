import { parseDocument } from 'yaml';

/** What a YAML text says; undefined: it says nothing that could be told. */
export function readYaml(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent' });
  try {
    return document.errors.length === 0 ? document.toJS() : undefined;
  } catch {
    // An alias that leads nowhere, or too many of them.
    return undefined;
  }
}
