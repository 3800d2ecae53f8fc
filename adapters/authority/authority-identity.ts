import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { authorityCatalogue } from '../../domain/ledger/authority-events.js';
import { AUTHORITY_STREAM } from '../../domain/ledger/keyring.js';
import type { LedgerReader } from '../../domain/ledger/ledger.js';
import { loadStream } from '../../domain/ledger/load-stream.js';
import type { OpenError } from './open-error.js';

export interface AuthorityIdentity {
  readonly name: string;
  readonly group: string;
  /** Key id of the authority key: what to pin. */
  readonly kid: string;
}

/** Who the authority is, by its own first event. */
export const readIdentity = (reader: LedgerReader, dir: string): TE.TaskEither<OpenError, AuthorityIdentity> =>
  pipe(
    loadStream(reader)(authorityCatalogue, AUTHORITY_STREAM),
    TE.flatMap(({ events }): TE.TaskEither<OpenError, AuthorityIdentity> => {
      const founded = events.find(({ event }) => event.type === 'AuthorityFounded')?.event;
      if (founded?.type !== 'AuthorityFounded') return TE.left({ _tag: 'NotFounded', dir });
      const { name, group, kid } = founded.data;
      return TE.right({ name, group, kid });
    }),
  );
