import { PermanentError } from '@fleetmend/kernel';
import { readDocuments } from '@fleetmend/manifest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../objects.ts';

const REMEMBERED = 1_000;

export interface ManifestReader {
  /** @throws PermanentError `BadManifest` naming the file and what is wrong with it */
  read(file: string, text: string): readonly KubeObject[];
}

/** Reads manifests as Kubernetes' tools do. The same text is read once. */
export function manifestReader(): ManifestReader {
  const known = new Map<string, readonly KubeObject[]>();
  return {
    read(file, text) {
      const before = known.get(text);
      if (before) return before;
      const objects = readManifest(file, text);
      known.set(text, objects);
      for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - REMEMBERED))) known.delete(oldest);
      return objects;
    },
  };
}

/** Every document of every manifest among the files, in order of their paths. @throws PermanentError `BadManifest` */
export function readManifests(files: ReadonlyMap<string, string>): readonly KubeObject[] {
  return [...files]
    .filter(([file]) => /\.(ya?ml|json)$/.test(file) && !file.split('/').some((part) => part.startsWith('.')))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([file, text]) => readManifest(file, text));
}

function readManifest(file: string, text: string): readonly KubeObject[] {
  for (const document of parseAllDocuments(text, { logLevel: 'silent' })) {
    const [problem] = 'errors' in document ? document.errors : [];
    if (problem) throw new PermanentError('BadManifest', `${file} is not valid YAML: ${problem.message.split('\n')[0] ?? ''}`);
    const value: unknown = document.toJS();
    if (value !== null && value !== undefined) checkObject(file, value);
  }
  return readDocuments(text, file).map(({ object }) => object as unknown as KubeObject);
}

function checkObject(file: string, value: unknown): void {
  if (!isRecord(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') {
    throw new PermanentError('BadManifest', `${file} holds a document without apiVersion and kind: only Kubernetes objects may stand in a deployed folder`);
  }
  const items = value['items'];
  if (value['kind'].endsWith('List') && Array.isArray(items)) return items.forEach((item: unknown) => checkObject(file, item));
  const { metadata } = value;
  if (!isRecord(metadata) || typeof metadata['name'] !== 'string') throw new PermanentError('BadManifest', `${file} holds a ${value['kind']} without metadata.name`);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
