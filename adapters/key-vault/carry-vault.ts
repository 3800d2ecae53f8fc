import { existsSync } from 'node:fs';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import type { VaultFault } from '../../domain/key-provider/ports.js';
import { type OpenedVault, openVault, type VaultOpenFault } from './open-vault.js';

/** A vault's file and the passphrase that it is sealed under. */
export interface SealedVault {
  readonly file: string;
  readonly passphrase: string;
}

export type CarryFault =
  | VaultOpenFault
  | VaultFault
  | { readonly _tag: 'VaultMissing'; readonly file: string }
  | { readonly _tag: 'VaultExists'; readonly file: string }
  /** Both have a secret of this name, and not the same: one of them would be lost. */
  | { readonly _tag: 'VaultDiffers'; readonly name: string };

const existing = ({ file, passphrase }: SealedVault): TE.TaskEither<CarryFault, OpenedVault> =>
  existsSync(file) ? openVault(file, passphrase) : TE.left({ _tag: 'VaultMissing', file });

const fresh = ({ file, passphrase }: SealedVault): TE.TaskEither<CarryFault, OpenedVault> =>
  existsSync(file) ? TE.left({ _tag: 'VaultExists', file }) : openVault(file, passphrase);

const carryOne =
  (from: OpenedVault, to: OpenedVault) =>
  (name: string): TE.TaskEither<CarryFault, string> =>
    pipe(
      from.get(name),
      TE.flatMap((secret) =>
        pipe(
          to.put(name, secret),
          TE.map(() => {
            secret.fill(0);
            return name;
          }),
        ),
      ),
    );

const carryAll = (from: OpenedVault, to: OpenedVault): TE.TaskEither<CarryFault, ReadonlyArray<string>> =>
  pipe(from.names(), TE.traverseSeqArray(carryOne(from, to)));

/** Every secret of a vault, in a new file that another passphrase opens. The answer is their names. */
export const exportVault = (from: SealedVault, to: SealedVault): TE.TaskEither<CarryFault, ReadonlyArray<string>> =>
  pipe(
    existing(from),
    TE.bindTo('source'),
    TE.bind('target', () => fresh(to)),
    TE.flatMap(({ source, target }) => carryAll(source, target)),
  );

const isSame = (from: OpenedVault, to: OpenedVault, name: string): TE.TaskEither<CarryFault, boolean> =>
  pipe(
    TE.Do,
    TE.bind('one', () => from.get(name)),
    TE.bind('other', () => to.get(name)),
    TE.map(({ one, other }) => {
      const same = equalBytes(one, other);
      one.fill(0);
      other.fill(0);
      return same;
    }),
  );

/** Before anything is written. */
const nothingLost = (from: OpenedVault, to: OpenedVault): TE.TaskEither<CarryFault, unknown> =>
  pipe(
    from.names().filter((name) => to.names().includes(name)),
    TE.traverseSeqArray((name) =>
      pipe(
        isSame(from, to, name),
        TE.filterOrElse(
          (same) => same,
          (): CarryFault => ({ _tag: 'VaultDiffers', name }),
        ),
      ),
    ),
  );

/**
 * Puts every secret of an exported file into a vault; all else stays. What is there under the same name, and is another secret, is
 * replaced only if that was asked for. Cut short, it can be done again. No other process may have the vault open.
 */
export const importVault = (
  from: SealedVault,
  to: SealedVault,
  replace: boolean,
): TE.TaskEither<CarryFault, ReadonlyArray<string>> =>
  pipe(
    existing(from),
    TE.bindTo('source'),
    TE.bindW('target', () => openVault(to.file, to.passphrase)),
    TE.tap(({ source, target }) => (replace ? TE.right(undefined) : nothingLost(source, target))),
    TE.flatMap(({ source, target }) => carryAll(source, target)),
  );
