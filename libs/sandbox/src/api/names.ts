const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** What is wrong with a text as a name of the given sort, in the real server's words; empty when nothing is. */
type NameRule = (text: string) => readonly string[];

const tooMany = (max: number) => `must be no more than ${max} characters`;
const tooManyBytes = (max: number) => `must be no more than ${max} bytes`;

export const dnsSubdomain: NameRule = (text) => [
  ...(text.length > 253 ? [tooMany(253)] : []),
  ...(SUBDOMAIN.test(text) ? [] : ["a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"]),
];

export const dnsLabel: NameRule = (text) => [
  ...(text.length > 63 ? [tooMany(63)] : []),
  ...(LABEL.test(text) ? [] : ["a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"]),
];

export const dnsLabel1035: NameRule = (text) => [
  ...(text.length > 63 ? [tooMany(63)] : []),
  ...(LABEL_1035.test(text) ? [] : ["a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"]),
];

/** A port by its name: a number that YAML has as text is none. */
export const portName: NameRule = (text) => [
  ...(text.length > 15 ? [tooMany(15)] : []),
  ...(/^[-a-z0-9]+$/.test(text) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
  ...(/[a-z]/.test(text) ? [] : ['must contain at least one letter (a-z)']),
  ...(text.includes('--') ? ['must not contain consecutive hyphens'] : []),
  ...(/^-|-$/.test(text) ? ['must not begin or end with a hyphen'] : []),
];

/** RBAC names and the like: anything that fits into a path. */
export const pathSegment: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
};

export const labelValue: NameRule = (text) => [
  ...(text.length > 63 ? [tooManyBytes(63)] : []),
  ...(VALUE.test(text) ? [] : ["a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"]),
];

/** `prefix/name` or `name`, as keys of labels and annotations are. */
export const qualifiedName: NameRule = (text) => {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  const why: string[] = [];
  if (parts.length > 2) return ["a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
  if (parts.length === 2) {
    if (parts[0] === '') why.push('prefix part must be non-empty');
    else why.push(...dnsSubdomain(parts[0] ?? '').map((text) => `prefix part ${text}`));
  }
  if (name === '') return [...why, 'name part must be non-empty', nameRule('name part ')];
  if (name.length > 63) why.push(`name part ${tooManyBytes(63)}`);
  if (!QUALIFIED.test(name)) why.push(nameRule('name part '));
  return why;
};

function nameRule(prefix: string): string {
  return `${prefix}must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;
}
