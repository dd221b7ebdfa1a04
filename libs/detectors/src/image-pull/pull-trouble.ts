/**
 * What registries and runtimes say, told apart by tolerant patterns, the surest first: "denied" may hide that nothing is there,
 * and an unreachable registry is never proof that an image is missing.
 * Source of the texts: containerd, CRI-O, and the error codes of the OCI distribution specification.
 */
export const pullTroubles = {
  NeverPull: { words: 'the image is not on the node and may not be pulled', pattern: /pull policy of Never/i },
  SignatureInvalid: { words: 'the signature of the image does not verify', pattern: /SignatureValidationFailed|signature (?:validation|verification) failed|source image rejected/i },
  InvalidName: { words: 'the image name is not valid', pattern: /couldn't parse image|invalid reference format|InvalidImageName/i },
  RateLimited: { words: 'the registry limits how often images are pulled', pattern: /toomanyrequests|too many requests|rate limit|\b429\b/i },
  Unauthorized: { words: 'the registry does not let us read this image', pattern: /unauthorized|access denied|access forbidden|authentication required|authorization failed|no basic auth credentials|insufficient_scope|\b40[13] (?:unauthorized|forbidden)|: denied\b/i },
  Unreachable: { words: 'the registry cannot be reached', pattern: /no such host|i\/o timeout|connection refused|connection reset|deadline exceeded|x509|tls: |network is unreachable|no route to host|server misbehaving|\b50[0234]\b|unexpected EOF/i },
  NotFound: { words: 'the image does not exist in its registry', pattern: /not ?found|manifest unknown|manifest_unknown|name unknown|name_unknown|no such manifest|does not exist|\b404\b/i },
} as const;

export type PullTrouble = keyof typeof pullTroubles;
const ORDER = Object.keys(pullTroubles) as readonly PullTrouble[];

/** Undefined when the text gives no reason, as `Back-off pulling image "x"` of older kubelets. */
export function pullTroubleOf(message: string): PullTrouble | undefined {
  // The image's own name may hold any of the words.
  const text = message.replace(/"[^"]*"/g, '""');
  return ORDER.find((trouble) => pullTroubles[trouble].pattern.test(text));
}
