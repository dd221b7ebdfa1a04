import { signal } from '@preact/signals';

/** The present, once a second, for ages that grow while somebody looks. */
export const now = signal(Date.now());

export function keepTime(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') now.value = Date.now();
  }, 1000);
}
