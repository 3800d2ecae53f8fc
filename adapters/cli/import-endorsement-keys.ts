import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { EndorsementKeysAnswer } from '../http/codecs/reads.js';
import { ImportedKeys, MOST_KEYS_IN_BODY } from '../http/codecs/reference.js';
import { endorsementKeysOf, type FoundKey } from '../import/endorsement-keys.js';
import type { CliFailure } from './failure.js';
import { readBytes } from './input.js';
import type { InputFile } from './input-files.js';
import type { Online } from './online.js';

/** A file, or an entry of one, that was not taken, and why. */
export interface NotTaken {
  readonly what: string;
  readonly why: string;
}

export interface ReadKeys {
  readonly keys: ReadonlyArray<FoundKey>;
  readonly notTaken: ReadonlyArray<NotTaken>;
}

const MOST_FILE_BYTES = 268_435_456;
/** A body is at most 1 MiB; what JSON adds to a key is little. */
const MOST_CHARACTERS = 900_000;

const readFile = ({ path, stem }: InputFile): TE.TaskEither<CliFailure, ReadKeys> =>
  pipe(
    readBytes(path, MOST_FILE_BYTES),
    TE.map((bytes) => {
      const found = endorsementKeysOf(stem, bytes);
      return E.isLeft(found)
        ? { keys: [], notTaken: [{ what: path, why: found.left }] }
        : { keys: found.right, notTaken: [] };
    }),
  );

/** The keys of all files, each once: the first name that a key comes under is its name. */
export const readEndorsementKeys = (files: ReadonlyArray<InputFile>): TE.TaskEither<CliFailure, ReadKeys> =>
  pipe(
    files,
    TE.traverseSeqArray(readFile),
    TE.map((read) => {
      const distinct = new Map<string, FoundKey>();
      for (const key of read.flatMap(({ keys }) => keys)) {
        if (!distinct.has(key.publicKeyDigest)) distinct.set(key.publicKeyDigest, key);
      }
      return { keys: [...distinct.values()], notTaken: read.flatMap(({ notTaken }) => notTaken) };
    }),
  );

const sizeOf = ({ name, form }: FoundKey): number => JSON.stringify({ name, ...form }).length + 1;

/** Bodies that the authority takes. */
export const bodiesOf = (keys: ReadonlyArray<FoundKey>): ReadonlyArray<ReadonlyArray<FoundKey>> => {
  const bodies: Array<Array<FoundKey>> = [];
  let room = 0;
  for (const key of keys) {
    const size = sizeOf(key);
    const last = bodies.at(-1);
    if (last === undefined || size > room || last.length >= MOST_KEYS_IN_BODY) {
      bodies.push([key]);
      room = MOST_CHARACTERS - size;
    } else {
      last.push(key);
      room -= size;
    }
  }
  return bodies;
};

export type Entry = ImportedKeys['entries'][number];

/** What the authority has no need of is not even sent, so that an import that was cut short goes on where it ended. */
const unknownOf = (
  { client }: Online,
  keys: ReadonlyArray<FoundKey>,
): TE.TaskEither<CliFailure, ReadonlyArray<FoundKey>> =>
  pipe(
    client.call(
      { operation: 'listEndorsementKeys', method: 'GET', path: '/v1/endorsement-keys' },
      EndorsementKeysAnswer,
    ),
    TE.map(({ body }) => {
      const listed = new Set(
        body.endorsementKeys.flatMap(({ publicKeyDigest, revoked }) => (revoked === null ? [publicKeyDigest] : [])),
      );
      return keys.filter(({ publicKeyDigest }) => !listed.has(publicKeyDigest));
    }),
  );

/** Sends the keys, a body at a time, and collects what became of each. */
export const importEndorsementKeys = (
  given: Online,
  keys: ReadonlyArray<FoundKey>,
): TE.TaskEither<CliFailure, ReadonlyArray<Entry>> =>
  pipe(
    unknownOf(given, keys),
    TE.flatMap((fresh) => {
      let sent = 0;
      const unknown = new Set(fresh);
      const known = keys
        .filter((key) => !unknown.has(key))
        .map(({ name, publicKeyDigest }): Entry => ({ name, publicKeyDigest, outcome: 'known', rule: null }));
      return pipe(
        bodiesOf(fresh),
        TE.traverseSeqArray((body) =>
          pipe(
            given.client.call(
              {
                operation: 'trustEndorsementKeys',
                method: 'POST',
                path: '/v1/endorsement-keys/import',
                body: { keys: body.map(({ name, form }) => ({ name, ...form })) },
              },
              ImportedKeys,
            ),
            TE.map(({ body: { entries } }) => {
              sent += entries.length;
              given.progress(`${String(sent)} of ${String(fresh.length)} keys sent`);
              return entries;
            }),
          ),
        ),
        TE.map((entries) => {
          given.progress('');
          return [...known, ...entries.flat()];
        }),
      );
    }),
  );
