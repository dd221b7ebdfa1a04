import type { FailureClass, ObjectRef } from '@fleetmend/model';

/** Why the API server refuses a pod, read from its own words. */
export interface Refusal {
  readonly class: FailureClass;
  readonly subCause?: string;
  /** Stays the same from one try to the next: no pod name, no amounts. */
  readonly message: string;
  readonly cause?: ObjectRef;
}

interface Pattern {
  readonly pattern: RegExp;
  readonly read: (found: readonly string[], namespace: string | undefined) => Refusal;
}

const object = (apiVersion: string, kind: string, name: string, namespace?: string): ObjectRef => ({ apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name });

/**
 * The surest first. Source of the texts: the admission plugins of Kubernetes 1.34 (resourcequota, limitranger, podsecurity, serviceaccount,
 * priority, runtimeclass, webhook, ValidatingAdmissionPolicy); tolerant about what stands around them, because controllers wrap them in words of their own.
 */
const PATTERNS: readonly Pattern[] = [
  {
    // A webhook that fails is tried over and over, and what it says holds addresses and times: only its name counts, and whom it asks.
    pattern: /failed calling webhook "([^"]+)"(.*)/s,
    read: ([, name = '', why = '']) => ({ class: 'WebhookUnavailable', subCause: webhookTrouble(why), message: `admission webhook ${name}${askedAt(why)} does not answer, so no pod can be created` }),
  },
  {
    pattern: /exceeded quota: ([^\s,]+)/,
    read: ([, name = ''], namespace) => ({ class: 'QuotaExceeded', subCause: 'Exceeded', message: `quota ${name} leaves no room for its pods`, cause: object('v1', 'ResourceQuota', name, namespace) }),
  },
  {
    pattern: /failed quota: ([^\s:]+): must specify/,
    read: ([, name = ''], namespace) => ({ class: 'QuotaExceeded', subCause: 'AmountsRequired', message: `quota ${name} wants requests or limits that its pods do not specify`, cause: object('v1', 'ResourceQuota', name, namespace) }),
  },
  {
    pattern: /(minimum|maximum) (\S+) usage per (Container|Pod) is/,
    read: ([, bound = '', resource = '', what = '']) => ({ class: 'LimitRangeViolated', subCause: bound === 'minimum' ? 'BelowMinimum' : 'AboveMaximum', message: `a limit range refuses its pods: ${bound} ${resource} usage per ${what}` }),
  },
  {
    pattern: /(\S+) max limit to request ratio per (Container|Pod) is/,
    read: ([, resource = '', what = '']) => ({ class: 'LimitRangeViolated', subCause: 'Ratio', message: `a limit range refuses its pods: ${resource} max limit to request ratio per ${what}` }),
  },
  {
    pattern: /violates PodSecurity "([a-z]+):[^"]*"/,
    read: ([, level = ''], namespace) => ({ class: 'PodSecurityViolated', message: `Pod Security level ${level} refuses its pods`, ...(namespace === undefined ? {} : { cause: object('v1', 'Namespace', namespace) }) }),
  },
  {
    pattern: /admission webhook "([^"]+)" denied the request(?::\s*(.*)| without explanation)/s,
    read: ([, name = '', said = '']) => ({ class: 'AdmissionDenied', subCause: 'Webhook', message: `admission webhook ${name} denied the request: ${flat(said)}` }),
  },
  {
    pattern: /ValidatingAdmissionPolicy '([^']+)'(?: with binding '[^']*')? denied request: (.*)/s,
    read: ([, name = '', said = '']) => ({ class: 'AdmissionDenied', subCause: 'Policy', message: `ValidatingAdmissionPolicy ${name} denied the request: ${flat(said)}`, cause: object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', name) }),
  },
  {
    pattern: /error looking up service account ([^/\s]+)\/([^\s:]+): serviceaccount "[^"]+" not found/,
    read: ([, namespace = '', name = '']) => ({ class: 'ServiceAccountNotFound', message: `ServiceAccount ${name} does not exist`, cause: object('v1', 'ServiceAccount', name, namespace) }),
  },
  {
    pattern: /no PriorityClass with name (\S+) was found/,
    read: ([, name = '']) => ({ class: 'PriorityClassNotFound', message: `PriorityClass ${name} does not exist`, cause: object('scheduling.k8s.io/v1', 'PriorityClass', name) }),
  },
  {
    pattern: /RuntimeClass "([^"]+)" not found/,
    read: ([, name = '']) => ({ class: 'FailedCreate', subCause: 'RuntimeClassNotFound', message: `RuntimeClass ${name} does not exist`, cause: object('node.k8s.io/v1', 'RuntimeClass', name) }),
  },
  { pattern: /because it is being terminated/, read: () => ({ class: 'FailedCreate', subCause: 'NamespaceTerminating', message: 'its namespace is being deleted' }) },
  { pattern: /is invalid: (.*)/s, read: ([, said = '']) => ({ class: 'FailedCreate', subCause: 'Invalid', message: `the API server takes its pods for invalid: ${flat(said)}` }) },
];

/** The host of the Service behind a webhook, from `Post "https://guard.images.svc:443/validate?timeout=5s"`. */
function askedAt(why: string): string {
  const host = /Post "?https:\/\/([a-z0-9.-]+)/.exec(why)?.[1];
  return host === undefined ? '' : ` (${host})`;
}

/** What cannot be told apart is a refusal all the same. A lost race is none: the controller tries again at once. */
export function refusalOf(text: string, namespace: string | undefined): Refusal | undefined {
  if (/object has been modified|already exists|object is being deleted/.test(text)) return undefined;
  for (const { pattern, read } of PATTERNS) {
    const found = pattern.exec(text);
    if (found) return read([...found], namespace);
  }
  return text === '' ? undefined : { class: 'FailedCreate', message: `the API server refuses its pods: ${flat(withoutPodName(text))}` };
}

function webhookTrouble(why: string): string {
  if (/x509|tls:|certificate|HTTP response to HTTPS client/.test(why)) return 'Certificate';
  if (/no endpoints available|service "[^"]*" not found|connection refused|no route to host|no such host|no service port/.test(why)) return 'NotThere';
  return /deadline exceeded|timeout|Timeout/.test(why) ? 'TooSlow' : 'Fails';
}

/** One line, of a length that a status can hold. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 400);
}

function withoutPodName(text: string): string {
  return text.replace(/^.*?pods "[^"]*" is forbidden: /s, '');
}
