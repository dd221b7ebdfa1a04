import { signal } from '@preact/signals';

/** Where in the page we are; it stands behind the `#`, so that a link can be sent to a colleague. */
export type Route = { readonly page: 'fleet'; readonly show: string } | { readonly page: 'rollouts' } | { readonly page: 'request'; readonly namespace: string; readonly name: string };

/** `#/requests/NAMESPACE/NAME`, `#/rollouts`, `#/?show=waiting`; anything else is the fleet. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const [, section, namespace, name] = path.split('/').map(decoded);
  if (section === 'requests' && namespace && name) return { page: 'request', namespace, name };
  if (section === 'rollouts') return { page: 'rollouts' };
  return { page: 'fleet', show: new URLSearchParams(query).get('show') ?? 'live' };
}

/** A link that was cut off in the middle of a character leads nowhere; it does not keep the page from showing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

export const requestLink = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string => `#/requests/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;

export const route = signal<Route>({ page: 'fleet', show: 'live' });

export function followRoute(): void {
  const read = () => {
    route.value = parseRoute(location.hash);
  };
  addEventListener('hashchange', () => {
    read();
    document.querySelector<HTMLElement>('main')?.focus();
  });
  read();
}
