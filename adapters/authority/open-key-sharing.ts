import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import { createHandOverStream } from '../hand-over/hand-over-stream.js';
import { type KeySharing, startSharingKeys } from '../hand-over/share-keys.js';
import { sealedFor, takeUpKeys } from '../hand-over/shared-keys-in-file.js';
import { bringInLine, type LedgerWord } from '../key-store/change-keys.js';
import { ledgerFaultText } from '../text/ledger-fault-text.js';
import type { AuthorityParts } from './authority-parts.js';
import type { MissingKey } from './live-keys.js';

const EVERY_MS = 1_000;

/** Where a node says what happens to its keys. */
export interface NodeLog {
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
}

const named = (keys: ReadonlyArray<MissingKey>): string =>
  keys.map(({ kid, purpose }) => `${purpose} key ${kid}`).join(', ');

/** A node's own event key that ended is for its operator to take away. */
const wordOf = (keyring: Keyring): LedgerWord => ({
  introduced: (kid) => keyring.has(kid),
  ended: (kid) => {
    const key = keyring.get(kid);
    return (key?.until ?? null) !== null && (key?.purpose === 'log' || key?.purpose === 'token');
  },
});

const missingText = (missing: ReadonlyArray<MissingKey>): string => {
  const effects = [
    ...(missing.some(({ purpose }) => purpose === 'log') ? ['it seals no checkpoint'] : []),
    ...(missing.some(({ purpose }) => purpose === 'token') ? ['it gives no token'] : []),
  ];
  return `this node lacks ${named(missing)}: ${effects.join(' and ')} until another node hands that over (sekisho signing-key holders)`;
};

/** Undefined where there is nobody to hand keys to: a folder with its own ledger, or one that is open for reading only. */
export const openKeySharing = (
  { files, live, secrets }: Pick<AuthorityParts, 'files' | 'live' | 'secrets'>,
  log: NodeLog,
): KeySharing | undefined => {
  const { cluster } = files.store;
  if (cluster === undefined || secrets === undefined) return undefined;
  const authority = files.publicKeys.authority.kid;
  const { place } = secrets;
  return startSharingKeys({
    authority,
    live,
    stream: createHandOverStream(cluster.client, cluster.names.handOver),
    file: {
      sealedFor: (key, nodes) => sealedFor(place, authority, key, nodes),
      takeUp: (sealed, introduced) => takeUpKeys(place, authority, sealed, introduced),
      bringInLine: (keyring) => {
        const word = wordOf(keyring);
        const differs = live
          .listed()
          .some(({ kid, pending }) => (pending && word.introduced(kid)) || (word.ended(kid) && live.holds(kid)));
        return differs ? bringInLine(place, word) : TE.right(undefined);
      },
    },
    everyMillis: EVERY_MS,
    hasSigner: secrets.signer !== undefined,
    onTaken: (kids) => log.info(`took up keys that another node handed over: ${kids.join(', ')}`),
    onMissing: (missing) =>
      missing.length > 0 ? log.warn(missingText(missing)) : log.info('this node has every key that all nodes share'),
    onFault: (fault) => log.warn(`keys can not be handed over or taken up: ${ledgerFaultText(fault)}`),
  });
};
