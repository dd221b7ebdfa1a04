import type { Cluster } from '../cluster.ts';
import { at, isObject, type Json, textAt } from '../json.ts';
import { authorize, type Attempt, rulesFor } from '../rbac.ts';
import type { Target } from './read.ts';
import { type ApiRequest, objectBody, type RequestContext } from './request.ts';
import { json } from './responses.ts';

/** The review kinds answer a question and store nothing. `undefined` for every other type. */
export function review(cluster: Cluster, { type, namespace }: Target, request: ApiRequest): Response | undefined {
  const answer = ANSWERS[`${type.group}/${type.plural}`];
  if (!answer || request.method !== 'POST') return undefined;
  const body = objectBody(request);
  const given = isObject(body['metadata']) ? body['metadata'] : {};
  return json({ kind: type.kind, apiVersion: type.apiVersion, metadata: { ...given, creationTimestamp: null }, ...answer(cluster, body, request.user, namespace) }, { status: 201 });
}

type Answer = (cluster: Cluster, body: Json, user: RequestContext, namespace: string | undefined) => Json;

const selfAccess: Answer = (cluster, body, user) => ({ spec: body['spec'], status: access(cluster, body['spec'], user) });

const subjectAccess: Answer = (cluster, body) => {
  const groups = (at(body, 'spec', 'groups') ?? []) as readonly string[];
  return { spec: body['spec'], status: access(cluster, body['spec'], { user: textAt(body, 'spec', 'user'), groups }) };
};

function access(cluster: Cluster, spec: unknown, subject: RequestContext): Json {
  const { allowed, reason } = authorize(cluster, subject, attemptOf(spec));
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function attemptOf(spec: unknown): Attempt {
  const resource = at(spec, 'resourceAttributes');
  const path = at(spec, 'nonResourceAttributes');
  const field = (name: string) => textAt(resource, name);
  return {
    verb: isObject(path) ? textAt(path, 'verb') : field('verb'), group: field('group'), resource: field('resource'), subresource: field('subresource'), namespace: field('namespace'), name: field('name'),
    ...(isObject(path) ? { path: textAt(path, 'path') } : {}),
  };
}

const rules: Answer = (cluster, body, user) => {
  const everything = user.groups.includes('system:masters');
  const granted = everything ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : rulesFor(cluster, user, textAt(body, 'spec', 'namespace')).flatMap((grant) => grant.rules);
  const basic = [
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
    { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
  ];
  const open = ['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz', '/version', '/version/'].map((path) => ({ verbs: ['get'], nonResourceURLs: [path] }));
  return { spec: {}, status: { resourceRules: [...basic, ...granted], nonResourceRules: [...(everything ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : []), ...open], incomplete: false } };
};

const self: Answer = (_cluster, _body, { user, groups }) => ({ status: { userInfo: { username: user, groups } } });

/** Only the HTTP face knows tokens; where a request did not come through it, none is known. */
const token: Answer = (_cluster, body, { ownerOf }) => {
  const owner = ownerOf?.(textAt(body, 'spec', 'token'));
  return { spec: body['spec'], status: owner ? { authenticated: true, user: { username: owner.user, groups: owner.groups } } : { user: {}, error: '[invalid bearer token]' } };
};

const ANSWERS: Readonly<Record<string, Answer>> = {
  'authentication.k8s.io/selfsubjectreviews': self,
  'authentication.k8s.io/tokenreviews': token,
  'authorization.k8s.io/localsubjectaccessreviews': subjectAccess,
  'authorization.k8s.io/selfsubjectaccessreviews': selfAccess,
  'authorization.k8s.io/selfsubjectrulesreviews': rules,
  'authorization.k8s.io/subjectaccessreviews': subjectAccess,
};
