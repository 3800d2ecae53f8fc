import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { entryEngines } from '../crypto/engines.js';
import type { LogPlaces } from '../transparency/known-trees.js';
import type { DataFolder } from './data-folder.js';
import { knownLogKeys } from './log-key.js';
import { logPolicyOf } from './log-policy.js';
import type { LedgerFiles } from './open-ledger.js';

const NOBODY: Keyring = new Map();

/**
 * Where the log keeps what it signed, with every key that may have signed it: those that the ledger introduces, else the
 * file's. Undefined where several nodes seal: another one may have signed more than this one's copy has yet. `given`: whose
 * cosignatures count, else those that the folder itself names.
 */
export const logPlacesOf = (
  folder: DataFolder,
  { store, publicKeys }: Pick<LedgerFiles, 'store' | 'publicKeys'>,
  given?: WitnessPolicy,
): LogPlaces | undefined => {
  if (store.cluster !== undefined) return undefined;
  return {
    record: folder.logRecord,
    tiles: folder.logTiles,
    cosigned: folder.logCosigned,
    policy:
      given !== undefined
        ? T.of(given)
        : pipe(
            logPolicyOf(folder, undefined),
            TE.match(
              () => undefined,
              (policy) => policy,
            ),
          ),
    keys: pipe(
      loadKeyring({ ...entryEngines, store: store.events }, null),
      TE.match(
        () => NOBODY,
        (keyring) => keyring,
      ),
      (keyring) => async () => knownLogKeys(await keyring(), publicKeys),
    ),
  };
};
