import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toHex } from '../../domain/encoding/bytes.js';
import { rootOf } from '../../domain/ledger/merkle.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import { removeFile } from '../access/private-files.js';
import { type DataFolder, dataFolder } from '../authority/data-folder.js';
import { readStoreChoice, type StoreChoice } from '../authority/store-file.js';
import { entryEngines } from '../crypto/engines.js';
import type { PublicKeys } from '../key-store/key-file.js';
import { readPublicKeys } from '../key-store/key-store.js';
import { type Compared, compareEntries, NOTHING_COMPARED } from './compare-entries.js';
import { copyEntries, copyEvidence, type TellProgress } from './copy-contents.js';
import type { CopyFault } from './copy-fault.js';
import { copyFolder } from './copy-folder.js';
import { copyLog, lastSigned } from './copy-log.js';
import { writeMoved } from './copy-marks.js';
import type { CopyPlace } from './copy-place.js';
import { openKurrentPlace } from './kurrent-place.js';
import { proveSigned } from './prove-signed.js';
import { openSqlitePlace } from './sqlite-place.js';
import { takeUp } from './take-up.js';

export interface CopyOptions {
  /** Data folder of the authority as it is. */
  readonly from: string;
  /** Data folder that it gets: empty, or that of a copy that was not finished. */
  readonly to: string;
  /** Where its ledger is to be kept. Undefined: in the new folder itself. */
  readonly store: StoreChoice | undefined;
  readonly tell: TellProgress;
}

export interface Copied {
  readonly size: number;
  /** Of both places, each computed from its own entries. */
  readonly root: string;
  readonly evidence: number;
  /** Size of the checkpoint that was signed last, a beginning of the copy. Undefined: none was signed yet. */
  readonly signed: number | undefined;
}

type Work<A> = TE.TaskEither<CopyFault, A>;

interface Parts {
  readonly source: CopyPlace;
  readonly target: CopyPlace;
  readonly publicKeys: PublicKeys;
  /** Which copy this is. */
  readonly id: string;
  readonly tell: TellProgress;
}

const openPlace = (folder: DataFolder, choice: StoreChoice | undefined): Work<CopyPlace> =>
  choice === undefined ? openSqlitePlace(folder) : openKurrentPlace(folder, choice);

/** What is in the target already must be the source's beginning, before anything is added to it. */
const checkTarget = ({ source, target }: Parts): Work<void> => {
  const foreign = (where: string): CopyFault => ({
    _tag: 'TargetHoldsOther',
    where: target.name,
    rule: `holds another ledger: ${where} differs`,
  });
  return pipe(
    TE.Do,
    TE.bindW('there', () => target.events.size()),
    TE.bindW('here', () => source.events.size()),
    TE.flatMap(
      ({ there, here }): Work<Compared> =>
        there > here
          ? TE.left(foreign(`index ${String(here)}`))
          : compareEntries(source.events, target.events, NOTHING_COMPARED, there),
    ),
    TE.mapLeft((fault) => (fault._tag === 'CopyDiffers' ? foreign(fault.where) : fault)),
    TE.map(() => undefined),
  );
};

const checkMoved = ({ source, id }: Parts): Work<void> =>
  pipe(
    source.movedTo,
    TE.filterOrElse(
      (target) => target === undefined || target === id,
      (): CopyFault => ({ _tag: 'MovedBefore', where: source.name }),
    ),
    TE.map(() => undefined),
  );

/** Evidence first, as when it was recorded: no entry is ever where what it names is not. */
const copyOnce = ({ source, target, tell }: Parts): Work<number> =>
  pipe(
    source.events.size(),
    TE.mapLeft((fault): CopyFault => fault),
    TE.bindTo('size'),
    TE.bind('evidence', () => copyEvidence(source, target, tell)),
    TE.tap(({ size }) => copyEntries(source, target, size, tell)),
    TE.map(({ evidence }) => evidence),
  );

/** Where others may go on writing, all is copied and proved before the ledger ends there, and then what came meanwhile. */
const copyAll = (parts: Parts): Work<number> => {
  const { source, target, id } = parts;
  if (source.alone) return copyOnce(parts);
  return pipe(
    copyOnce(parts),
    TE.tap(() => proveEntries(parts, target, undefined)),
    TE.tap(() => target.check as Work<true>),
    TE.tap(() => source.end(id)),
    TE.tap(() => source.caughtUp),
    TE.flatMap((before) =>
      pipe(
        copyOnce(parts),
        TE.map((since) => before + since),
      ),
    ),
  );
};

/** `all`: the place whose size is meant. One that still grows holds more than was copied. */
const proveEntries = ({ source, target }: Parts, all: CopyPlace, last: SignedCheckpoint | undefined): Work<Compared> =>
  pipe(
    all.events.size(),
    TE.mapLeft((fault): CopyFault => fault),
    TE.flatMap((size) =>
      pipe(
        proveSigned(source, target, last),
        TE.flatMap((compared) => compareEntries(source.events, target.events, compared, size)),
      ),
    ),
  );

const copyParts = (parts: Parts, from: DataFolder, to: DataFolder): Work<Copied> => {
  const { source, target, publicKeys, id } = parts;
  return pipe(
    checkMoved(parts),
    TE.flatMap(() => checkTarget(parts)),
    TE.flatMap(() => copyAll(parts)),
    TE.bindTo('evidence'),
    TE.bind('last', () => lastSigned(source, target, publicKeys)),
    TE.bind('compared', ({ last }) => proveEntries(parts, source, last)),
    TE.tap(() => target.check as Work<true>),
    TE.tap(({ last }) => copyLog(source, target, last)),
    TE.tap(() => copyFolder(from, to)),
    // From here on there is one place that can go on, whatever ends this process: none, until the copy's mark is gone.
    TE.tap(() => source.end(id)),
    TE.tap(() => writeMoved(from.moved, id)),
    TE.tap(() => removeFile(to.copying)),
    TE.map(({ evidence, last, compared }) => ({
      size: compared.target.size,
      root: toHex(rootOf(entryEngines.hashing, compared.target)),
      evidence,
      signed: last?.checkpoint.size,
    })),
  );
};

const closing = (place: CopyPlace): TE.TaskEither<never, void> => TE.fromTask(place.close);

const withPlaces = (options: CopyOptions, publicKeys: PublicKeys, choice: StoreChoice | undefined): Work<Copied> => {
  const [from, to] = [dataFolder(options.from), dataFolder(options.to)];
  const { store, tell } = options;
  return TE.bracket(
    openPlace(from, choice),
    (source) =>
      pipe(
        takeUp(to, publicKeys.authority.kid, store),
        TE.flatMap(({ target: id }) =>
          TE.bracket(
            openPlace(to, store),
            (target) => copyParts({ source, target, publicKeys, id, tell }, from, to),
            closing,
          ),
        ),
      ),
    closing,
  );
};

/**
 * Makes a second place of a ledger, proves that it holds the same, and ends the first one: there is never more than one that
 * can sign on. Whatever ends it half-way, the same call goes on from there.
 */
export const copyLedger = (options: CopyOptions): Work<Copied> => {
  const from = dataFolder(options.from);
  const notFounded: CopyFault = { _tag: 'NotFounded', dir: options.from };
  if (resolve(options.from) === resolve(options.to))
    return TE.left({ _tag: 'TargetHoldsOther', where: options.to, rule: 'is where the ledger is' });
  return pipe(
    readStoreChoice(from.store) as Work<StoreChoice | undefined>,
    TE.filterOrElse(
      (choice) => existsSync(from.keys) && (choice !== undefined || existsSync(from.ledger)),
      (): CopyFault => notFounded,
    ),
    TE.bindTo('choice'),
    TE.bindW('publicKeys', () => readPublicKeys(from.keys)),
    TE.flatMap(({ choice, publicKeys }) => withPlaces(options, publicKeys, choice)),
  );
};
