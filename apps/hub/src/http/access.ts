import { sha256, type Clock, type Duration } from '@fleetmend/kernel';
import type { KubeClient } from '@fleetmend/k8s';
import { API_GROUP } from '@fleetmend/model';

/** Who the API server says that a token is of. */
interface Caller {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What somebody wants to read. Without a namespace: in all of them. */
export interface Wish {
  readonly verb: 'get' | 'list';
  readonly resource: 'remediationrequests' | 'policyrollouts';
  readonly namespace?: string;
  readonly name?: string;
}

/** What one caller may see. */
export interface Viewer {
  may(wish: Wish): Promise<boolean>;
  /** `/metrics` and the like, as a path that roles name under `nonResourceURLs`. */
  mayReach(path: string): Promise<boolean>;
}

export interface Access {
  /** Undefined: nobody that the API server knows. */
  viewer(token: string | undefined): Promise<Viewer | undefined>;
}

/** On loopback, and behind a proxy that asks who it is, whoever reaches the hub may see everything. */
export const OPEN_ACCESS: Access = { viewer: async () => ({ may: async () => true, mayReach: async () => true }) };

/** How long an answer counts: somebody who lost a right sees things for that much longer. */
const KEEP: Duration = 10_000;
const MOST_KEPT = 5_000;

/**
 * Asks the hub cluster who a bearer token is of (TokenReview), and what they may do there (SubjectAccessReview). Nothing is
 * answered where it cannot be asked. Tokens are kept as digests, for as long as an answer counts.
 */
export function createAccess({ client, clock }: { readonly client: KubeClient; readonly clock: Clock }): Access {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<unknown> }>();
  /** One question at a time, and a failure is not remembered. */
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    if (known !== undefined && known.until > clock.now()) return known.answer as Promise<T>;
    if (kept.size >= MOST_KEPT) kept.clear();
    const answer = ask();
    kept.set(key, { until: clock.now() + KEEP, answer });
    answer.catch(() => kept.delete(key));
    return answer;
  };

  async function review(token: string): Promise<Caller | undefined> {
    const { status } = (await client.json({ method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews', body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } } })) as { readonly status?: { readonly authenticated?: boolean; readonly user?: Caller } };
    return status?.authenticated === true && status.user !== undefined && status.user.username !== '' ? status.user : undefined;
  }

  async function allowed({ username: user, uid, groups, extra }: Caller, attributes: object): Promise<boolean> {
    const spec = { user, ...(uid === undefined ? {} : { uid }), ...(groups === undefined ? {} : { groups }), ...(extra === undefined ? {} : { extra }), ...attributes };
    const { status } = (await client.json({ method: 'POST', path: '/apis/authorization.k8s.io/v1/subjectaccessreviews', body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec } })) as { readonly status?: { readonly allowed?: boolean } };
    return status?.allowed === true;
  }

  return {
    async viewer(token) {
      if (token === undefined) return undefined;
      const digest = sha256(token);
      const who = () => once(`who ${digest}`, () => review(token));
      if ((await who()) === undefined) return undefined;
      // Asked anew for each wish, so that a stream which stays open ends with the token.
      const ask = async (attributes: object) => {
        const caller = await who();
        return caller !== undefined && once(`may ${digest} ${JSON.stringify(attributes)}`, () => allowed(caller, attributes));
      };
      return {
        may: ({ verb, resource, namespace, name }) => ask({ resourceAttributes: { group: API_GROUP, resource, verb, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) } }),
        mayReach: (path) => ask({ nonResourceAttributes: { path, verb: 'get' } }),
      };
    },
  };
}

/** `Authorization: Bearer TOKEN`. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer ([\w.~+/=-]+)$/i.exec(header ?? '')?.[1];
}
