import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { lostKeys, type WitnessedBefore, type WitnessedSize } from '../../domain/ledger/doubt.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import type { WitnessedFault } from '../transparency/witnessed-before.js';
import type { AuthorityLog } from './authority-log.js';

/** Asks the log for each time since which a key may have been lost. */
export const witnessedSizes = (
  { witnessedBefore }: Pick<AuthorityLog, 'witnessedBefore'>,
  keyring: Keyring,
): TE.TaskEither<WitnessedFault, WitnessedBefore> =>
  pipe(
    lostKeys(keyring).map(({ compromised: { since } }) => since),
    TE.traverseSeqArray((since) =>
      pipe(
        witnessedBefore(since),
        TE.map((tree): readonly [string, WitnessedSize | undefined] => [since, tree]),
      ),
    ),
    TE.map((found) => {
      const trees = new Map(found);
      return (since) => trees.get(since);
    }),
  );
