import { existsSync, readdirSync } from 'node:fs';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ApprovalPolicy } from '../../domain/access/state.js';
import type { AttestationPolicy } from '../../domain/appraisal/policy.js';
import { fromBase64 } from '../../domain/encoding/bytes.js';
import { type Founding, foundAuthority } from '../../domain/found-authority.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import type { Clock, Random } from '../../domain/ports.js';
import { makePrivateFolder, writePrivate } from '../access/private-files.js';
import { digestOfToken, newToken, type Principal } from '../access/tokens.js';
import { entryEngines } from '../crypto/engines.js';
import { headFileOf } from '../event-store/sqlite/head-file.js';
import { openSealer } from '../event-store/sqlite/sealer.js';
import { createKeyStore, type KeyStore } from '../key-store/key-store.js';
import { systemClock, systemRandom } from '../system.js';
import { makeDeps } from './authority-deps.js';
import { type DataFolder, dataFolder } from './data-folder.js';
import type { OpenError } from './open-error.js';
import { type Ledger, openStore } from './open-store.js';
import { type StoreChoice, writeStoreChoice } from './store-file.js';

/** Those of the founding have their roles for everything. */
export type FirstOperator = Pick<Principal, 'subject' | 'role'>;

export interface FoundOptions {
  readonly dir: string;
  readonly name: string;
  readonly group: string;
  readonly policy: AttestationPolicy;
  readonly operators: ReadonlyArray<FirstOperator>;
  /** What takes two people from the first entry on. */
  readonly approvals?: ApprovalPolicy | undefined;
  readonly passphrase: string;
  /** Keep the passphrase beside the keys, for those who want to start without typing it. */
  readonly keepPassphrase: boolean;
  /** Where the ledger is to be kept. Undefined: in the folder. */
  readonly store?: StoreChoice | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface Founded {
  /** Key id of the authority key: what to pin. */
  readonly kid: string;
  /** By subject. They are in the folder too, one file each. */
  readonly tokens: ReadonlyMap<string, string>;
}

/** Founding happens in an empty folder only: nothing is ever overwritten. */
const isEmptyFolder = (dir: string): boolean => !existsSync(dir) || readdirSync(dir).length === 0;

type First = FirstOperator & { readonly token: string };

/** Before the ledger knows them, so that none can be lost; until then they open nothing. */
const keepTokens = (folder: DataFolder, operators: ReadonlyArray<First>): TE.TaskEither<OpenError, unknown> =>
  pipe(
    operators,
    TE.traverseSeqArray(({ subject, token }) => writePrivate(folder.tokenOf(subject), `${token}\n`)),
  );

const asFounded = ({ subject, role, token }: First): Founding['operators'][number] => ({
  subject,
  role,
  token: { sha256: digestOfToken(entryEngines.hashing, token), expires: null },
});

const found = (
  options: FoundOptions,
  folder: DataFolder,
  keys: KeyStore,
  ledger: Ledger,
  operators: ReadonlyArray<First>,
): TE.TaskEither<OpenError, string> => {
  const { clock = systemClock, random = systemRandom, name, group, policy } = options;
  const { publicKeys, signer, challengeKey } = keys;
  const ring: { now: Keyring } = { now: new Map() };
  const reader = { ...entryEngines, store: ledger.events, keyring: () => ring.now };
  const deps = makeDeps({
    reader,
    evidence: ledger.evidence,
    signer: () => signer('event'),
    challengeKey,
    group,
    clock,
    random,
  });
  const authority = {
    authoritySigner: signer('authority'),
    authorityPublicKey: fromBase64(publicKeys.authority.publicKey),
    eventPublicKey: fromBase64(publicKeys.event.publicKey),
    otherKeys: [
      { ...publicKeys.log, purpose: 'log' as const },
      { ...publicKeys.token, purpose: 'token' as const },
    ],
  };
  return pipe(
    foundAuthority({ ...deps, ...authority })({
      name,
      policy,
      operators: operators.map(asFounded),
      approvals: options.approvals,
    }),
    TE.mapLeft((fault): OpenError => fault),
    TE.tap(() =>
      pipe(
        loadKeyring({ ...entryEngines, store: ledger.events }, publicKeys.authority.kid),
        TE.map((keyring) => {
          ring.now = keyring;
        }),
      ),
    ),
    TE.tap(() =>
      pipe(
        openSealer({ ...deps, file: headFileOf(folder.ledger), every: 0, onFault: () => undefined }),
        TE.flatMap((sealer) => sealer.close),
      ),
    ),
    TE.map(({ authority: kid }) => kid),
  );
};

const foundLedger = (
  options: FoundOptions,
  folder: DataFolder,
  keys: KeyStore,
  operators: ReadonlyArray<First>,
): TE.TaskEither<OpenError, string> =>
  TE.bracket(
    openStore(folder, options.store),
    (ledger) => found(options, folder, keys, ledger, operators),
    (ledger) => TE.fromTask(ledger.close),
  );

/** Founds an authority in an empty folder: keys, ledger, first policy, operators and their tokens. */
export const foundFolder = (options: FoundOptions): TE.TaskEither<OpenError, Founded> => {
  const folder = dataFolder(options.dir);
  const { random = systemRandom } = options;
  const operators = options.operators.map((each) => ({ ...each, token: newToken(random.bytes) }));
  if (!isEmptyFolder(folder.root)) return TE.left({ _tag: 'FolderNotEmpty', dir: folder.root });
  return pipe(
    makePrivateFolder(folder.root) as TE.TaskEither<OpenError, void>,
    TE.flatMap(() => makePrivateFolder(folder.tokenFolder)),
    TE.flatMap(() =>
      options.store === undefined ? TE.right(undefined) : writeStoreChoice(folder.store, options.store),
    ),
    TE.flatMap(() => createKeyStore(folder.keys, options.passphrase)),
    TE.tap(() => keepTokens(folder, operators)),
    TE.flatMap((keys) => foundLedger(options, folder, keys, operators)),
    TE.tap(() =>
      options.keepPassphrase ? writePrivate(folder.passphrase, `${options.passphrase}\n`) : TE.right(undefined),
    ),
    TE.map((kid) => ({ kid, tokens: new Map(operators.map(({ subject, token }) => [subject, token])) })),
  );
};
