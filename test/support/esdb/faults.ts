/** What goes wrong with the next append that concerns a stream with this beginning. */
export type AppendFault =
  /** Never arrives, never answered. */
  | 'request-lost'
  /** Written, never answered. */
  | 'answer-lost'
  /** The connection breaks before anything was written. */
  | 'refused'
  /** Written, and the connection breaks before the answer. */
  | 'broken'
  /** The cluster answers nothing because the first attempt is not replicated yet (IdempotentNotReady), as `request-lost`. */
  | 'slow';

export interface Faults {
  /** The next append to a stream of this prefix fails so. */
  readonly nextAppend: (prefix: string, fault: AppendFault) => void;
  readonly takeFor: (stream: string) => AppendFault | undefined;
}

export const createFaults = (): Faults => {
  const waiting: Array<{ readonly prefix: string; readonly fault: AppendFault }> = [];
  return {
    nextAppend: (prefix, fault) => void waiting.push({ prefix, fault }),
    takeFor: (stream) => {
      const at = waiting.findIndex(({ prefix }) => stream.startsWith(prefix));
      return at < 0 ? undefined : waiting.splice(at, 1)[0]?.fault;
    },
  };
};
