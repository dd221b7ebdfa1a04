import { messageOf } from '@fleetmend/kernel';

/** What has to be closed, in the reverse of the order in which it was opened. */
export interface Closers {
  /** Notes how to close what was just opened; answers it. */
  add<T>(opened: T, close: (opened: T) => Promise<void> | void): T;
  /** Closes everything once; one that fails does not keep the others open. */
  close(): Promise<void>;
}

export function createClosers(trouble: (message: string) => void): Closers {
  const stack: (() => Promise<void> | void)[] = [];
  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    for (const close of stack.reverse()) {
      try {
        await close();
      } catch (error) {
        trouble(`something did not close in order: ${messageOf(error)}`);
      }
    }
  }
  return {
    add(opened, close) {
      stack.push(() => close(opened));
      return opened;
    },
    close: () => (closing ??= closeAll()),
  };
}
