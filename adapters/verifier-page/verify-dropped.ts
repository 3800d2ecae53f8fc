import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseBundle } from '../../domain/bundle/bundle.js';
import { type BundleReport, verifyBundle } from '../../domain/bundle/verify-bundle.js';
import type { Progress } from '../../domain/bundle/walk-entries.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import { authorityOfOrigin } from '../../domain/transparency/origin.js';
import { parseVerifierKey, type VerifierKey } from '../../domain/transparency/verifier-key.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { pageEngines } from './engines.js';

/** What the reader gave: a file, the key as text, and perhaps a policy of witnesses. */
export interface Dropped {
  readonly bytes: Uint8Array;
  readonly vkey: string;
  readonly policy: string;
}

const engines = pageEngines();

const keyOf = (text: string): E.Either<string, VerifierKey> =>
  pipe(
    parseVerifierKey(engines.hashing, text.trim()),
    E.mapLeft(({ field, rule }) => `This is not the key of a log: its ${field} ${rule}.`),
    E.filterOrElse(
      ({ type, name }) => type === 'ed25519' && authorityOfOrigin(name) !== undefined,
      () => 'This is not the key of a Sekisho log: it must look like sekisho/<16 digits>+<8 digits>+...',
    ),
  );

const policyOf = (text: string): E.Either<string, WitnessPolicy | undefined> =>
  text.trim() === ''
    ? E.right(undefined)
    : pipe(
        parseWitnessPolicy(engines.hashing, utf8(text.endsWith('\n') ? text : `${text}\n`)),
        E.mapLeft(({ field, rule }) => `The policy can not be read: ${field} ${rule}.`),
      );

/** Left: one sentence on what can't be read. */
export const verifyDropped = (
  { bytes, vkey, policy }: Dropped,
  progress: Progress,
): TE.TaskEither<string, BundleReport> =>
  pipe(
    TE.Do,
    TE.bind('key', () => TE.fromEither(keyOf(vkey))),
    TE.bind('witnesses', () => TE.fromEither(policyOf(policy))),
    TE.bind('bundle', () =>
      pipe(
        TE.fromEither(parseBundle(engines.canonicalize, bytes)),
        TE.mapLeft(({ field, rule }) => `This file is no bundle, or was damaged: ${field} ${rule}.`),
      ),
    ),
    TE.flatMap(({ key, witnesses, bundle }) =>
      TE.fromTask(verifyBundle({ ...pageEngines(), progress: () => progress })({ key, policy: witnesses }, bundle)),
    ),
  );
