export type AppendedListener = (size: number) => void;

/** Who wants to hear of durable appends. */
export interface Listeners {
  readonly add: (listener: AppendedListener) => () => void;
  readonly tell: (size: number) => void;
}

/** A listener that throws must not take the append, or another listener, down with it. */
const callSafely = (listener: AppendedListener, size: number): void => {
  try {
    listener(size);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
};

export const createListeners = (): Listeners => {
  const all = new Set<AppendedListener>();
  return {
    add: (listener) => {
      const own: AppendedListener = (size) => listener(size);
      all.add(own);
      return () => void all.delete(own);
    },
    tell: (size) => all.forEach((listener) => callSafely(listener, size)),
  };
};
