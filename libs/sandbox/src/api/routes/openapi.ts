import { digestOf, shortDigest } from '@fleetmend/kernel';
import { documentPaths, openapiDocument } from '../../openapi/documents.ts';
import type { Cluster } from '../cluster.ts';
import type { Json } from '../json.ts';
import type { ApiRequest } from './request.ts';
import { json } from './responses.ts';

/** Answers `/openapi/v3` and its documents, each made once per set of served types. */
export function createOpenapi(cluster: Cluster): (request: ApiRequest) => Response | undefined {
  let generation = -1;
  let documents = new Map<string, { readonly document: Json; readonly hash: string }>();
  const documentOf = (path: string) => {
    if (generation !== cluster.types.generation()) {
      documents = new Map();
      generation = cluster.types.generation();
    }
    const known = documents.get(path);
    if (known) return known;
    const document = openapiDocument(cluster.types, path);
    if (!document) return undefined;
    const made = { document, hash: shortDigest(digestOf(document), 32).toUpperCase() };
    documents.set(path, made);
    return made;
  };
  return ({ path }) => {
    if (path === '/openapi/v3') {
      const paths = documentPaths(cluster.types).map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${documentOf(name)?.hash ?? ''}` }]);
      return json({ paths: Object.fromEntries(paths) });
    }
    if (!path.startsWith('/openapi/v3/')) return undefined;
    const found = documentOf(path.slice('/openapi/v3/'.length));
    return found && json(found.document);
  };
}
