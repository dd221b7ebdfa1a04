/** What somebody pushes by mistake into the repository of the demo's fleet. */
export interface BuiltInFault {
  readonly name: string;
  /** What it does, for people who choose one. */
  readonly about: string;
  readonly file: string;
  readonly message: string;
  /** The file as it is then; undefined: it is that way already. */
  edit(text: string): string | undefined;
}

const CHECKOUT = 'clusters/prod-1/shop/checkout.yaml';
const LEDGER = 'clusters/prod-1/payments/ledger.yaml';
const LIMIT = /(\n\s+limits:\n\s+memory: )\S+/;

/** A change of the text as it stands now, whoever else changed it before; undefined where nothing would be another. */
const replaced =
  (pattern: RegExp, by: string): BuiltInFault['edit'] =>
  (text) => {
    const edited = text.replace(pattern, by);
    return edited === text ? undefined : edited;
  };

/** Each breaks one workload in a way of its own. */
export const BUILT_IN_FAULTS: readonly BuiltInFault[] = [
  { name: 'memory', about: 'checkout in shop gets less memory than it needs', file: CHECKOUT, message: 'checkout: give back memory', edit: replaced(LIMIT, '$164Mi') },
  { name: 'image', about: 'checkout in shop asks for an image tag that nobody pushed', file: CHECKOUT, message: 'checkout: next release', edit: replaced(/(\n\s+image: \S+:)1\n/, '$11.1\n') },
  { name: 'environment', about: 'checkout in shop wants an environment variable that nobody sets', file: CHECKOUT, message: 'checkout: read the currency from the environment', edit: (text) => (text.includes('--require-env=') ? undefined : replaced(/(\n(\s+)args:\n)/, '$1$2  - --require-env=CURRENCY\n')(text)) },
  { name: 'probe', about: 'checkout in shop is asked for its health where it does not answer', file: CHECKOUT, message: 'checkout: probe the new path', edit: replaced(/(\n\s+path: )\/healthz\n/, '$1/health\n') },
  { name: 'critical', about: 'ledger in payments, which is critical, gets less memory than it needs: a person has to merge the repair', file: LEDGER, message: 'ledger: give back memory', edit: replaced(LIMIT, '$148Mi') },
];
