import { PermanentError } from '@fleetmend/kernel';
import type { ChartReference } from '@fleetmend/ports';

/** A chart repository that the hub may read, as its config says. */
export interface ChartRepository {
  /** `https://charts.example.org/stable` or `oci://registry.example.org/charts`: it and what lies below. */
  readonly url: string;
  /** Further hosts that its archives, tokens and redirects may lie on. */
  readonly hosts?: readonly string[] | undefined;
  /** The whole `Authorization` header; for the host of `url`, and the token server that it names on one of `hosts`. */
  readonly authorization?: string | undefined;
  /** A registry that answers without TLS. */
  readonly plainHttp?: boolean | undefined;
}

/** Where one repository may be read: every request for it is held to this. */
export interface Gate {
  /** Address of the repository itself, without a final slash; a registry's by the scheme that it answers to. */
  readonly base: URL;
  readonly hosts: ReadonlySet<string>;
  readonly authorization: string | undefined;
}

/**
 * The gate for a chart. What a cluster's object names is only compared with what the config allows: nothing is looked up for an address
 * that is not among those.
 *
 * @throws PermanentError `ChartUnavailable` naming the setting.
 */
export function gateFor(repositories: readonly ChartRepository[], { repository, name }: ChartReference): Gate {
  const wanted = placeOf(repository);
  const allowed = wanted && repositories.find(({ url }) => isBelow(wanted, placeOf(url)));
  if (!wanted || !allowed) {
    throw new PermanentError('ChartUnavailable', `hub.charts.repositories does not name ${shownAddress(repository)}, so the hub does not fetch ${name}: add it there, or change its values by hand`);
  }
  const base = new URL(wanted.kind === 'oci' ? `${allowed.plainHttp === true ? 'http' : 'https'}://${wanted.url.host}${wanted.url.pathname}` : wanted.url.href);
  return { base, hosts: new Set([base.host, ...(allowed.hosts ?? [])]), authorization: allowed.authorization };
}

interface Place {
  readonly kind: 'http' | 'oci';
  /** Its host, port and path, normalised: what looks like a step up is none any more. */
  readonly url: URL;
  readonly scheme: string;
}

function placeOf(address: string): Place | undefined {
  const [, scheme = '', rest = ''] = /^(https?|oci):\/\/(.+)$/i.exec(address) ?? [];
  if (rest === '') return undefined;
  const kind = scheme.toLowerCase() === 'oci' ? 'oci' : 'http';
  const text = `${kind === 'oci' ? 'https' : scheme.toLowerCase()}://${rest}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || /%|\\/.test(url.pathname)) return undefined;
  url.pathname = url.pathname.replace(/\/+$/, '');
  return { kind, url, scheme: scheme.toLowerCase() };
}

function isBelow(wanted: Place, allowed: Place | undefined): boolean {
  if (!allowed || allowed.scheme !== wanted.scheme || allowed.url.host !== wanted.url.host) return false;
  const folder = allowed.url.pathname.replace(/\/$/, '');
  return wanted.url.pathname === folder || wanted.url.pathname.startsWith(`${folder}/`);
}

/** An address without what may be a password. */
export function shownAddress(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/, '').slice(0, 200);
}
