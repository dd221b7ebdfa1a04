import type { Seen, SeenPullRequest, SeenRequest } from '../seen.ts';

export const FILE = 'apps/checkout/deployment.yaml';

/** A Deployment with one container, as a file. */
export function manifest({ memory = '128Mi', request = '64Mi', host = 'postgres', more = '' }: { readonly memory?: string; readonly request?: string; readonly host?: string; readonly more?: string } = {}): string {
  return `kind: Deployment
metadata: {name: checkout, namespace: shop}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: side
          image: side:1
        - name: app
          image: app:1
          env:
            - {name: DB_HOST, value: ${host}}
          resources:
            limits: {memory: ${memory}}
            requests: {memory: ${request}}
${more}`;
}

export const files = (text: string, others: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> => new Map(Object.entries({ [FILE]: text, ...others }));

export const aRequest = (parts: Partial<SeenRequest> = {}): SeenRequest => ({ name: 'rr-1', class: 'OOMKilled', target: 'Deployment/shop/checkout', phase: 'Succeeded', reason: 'Recovered', worked: true, finished: true, says: [], ...parts });
export const aPullRequest = (parts: Partial<SeenPullRequest> = {}): SeenPullRequest => ({ number: 1, title: 'more memory', state: 'Merged', openedAfter: 5_000, files: files(manifest()), ...parts });

/** A limit that was lowered to 64Mi, raised to 128Mi again, and healthy after 20 seconds. */
export function aSeen(parts: Partial<Seen> = {}): Seen {
  return { faulty: files(manifest({ memory: '64Mi' })), earlier: [files(manifest())], merged: files(manifest()), pullRequests: [aPullRequest()], requests: [aRequest()], tickets: [], objects: [], recoveredAfter: 20_000, heldFor: 60_000, troubles: [], ...parts };
}

/** The same after a result of the repair. */
export const repairedTo = (text: string, others: Readonly<Record<string, string>> = {}, parts: Partial<Seen> = {}): Seen => aSeen({ merged: files(text, others), pullRequests: [aPullRequest({ files: files(text, others) })], ...parts });

export const nothingDone = (parts: Partial<Seen> = {}): Seen => aSeen({ merged: files(manifest({ memory: '64Mi' })), pullRequests: [], requests: [], recoveredAfter: undefined, heldFor: 0, troubles: ['Deployment/shop/checkout: 0 of 2'], ...parts });
