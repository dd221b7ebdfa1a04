import { signal } from '@preact/signals';

const KEY = 'fleetmend-token';

/** The token that the person pasted; kept by this tab alone, and sent to this hub alone. Empty: none. */
export const token = signal(sessionStorage.getItem(KEY) ?? '');
/** The hub wants one, or another one. */
export const tokenWanted = signal(false);

export function useToken(text: string): void {
  sessionStorage.setItem(KEY, text.trim());
  token.value = text.trim();
  tokenWanted.value = false;
}

/** The headers of a question to the hub. */
export const asked = (accept: string): Record<string, string> => ({ accept, ...(token.value === '' ? {} : { authorization: `Bearer ${token.value}` }) });
