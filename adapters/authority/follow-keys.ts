import * as E from 'fp-ts/lib/Either.js';
import { AUTHORITY_STREAM } from '../../domain/ledger/keyring.js';
import type { AuthorityParts } from './authority-parts.js';

/** Keys that another node brought in, or ended, count here as soon as this node has seen it. */
export const followKeys = ({ files, live }: Pick<AuthorityParts, 'files' | 'live'>): (() => void) => {
  const { events, cluster } = files.store;
  if (cluster === undefined) return () => undefined;
  let seen = 0;
  void events
    .size()()
    .then((size) => {
      seen = E.isRight(size) ? size.right : 0;
    });
  return events.onAppended((size) => {
    const from = seen;
    seen = size;
    void events
      .readAll(from, Math.max(size - from, 1))()
      .then((read) => {
        const changed = E.isRight(read) && read.right.some(({ stream }) => stream === AUTHORITY_STREAM);
        if (changed) void live.upToDate();
      });
  });
};
