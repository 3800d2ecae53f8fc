import type { StreamId } from '../../domain/ledger/envelope.js';
import type { LedgerWriter } from '../../domain/ledger/ledger.js';

/** One queue per stream; a stream without work leaves nothing behind. */
export const createInTurn = (): LedgerWriter['inTurn'] => {
  const last = new Map<StreamId, Promise<unknown>>();
  return (stream, work) => () => {
    const mine = (last.get(stream) ?? Promise.resolve()).then(work, work);
    const done: Promise<unknown> = mine.then(
      () => undefined,
      () => undefined,
    );
    last.set(stream, done);
    void done.then(() => (last.get(stream) === done ? last.delete(stream) : false));
    return mine;
  };
};
