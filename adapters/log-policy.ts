import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { utf8 } from '../domain/encoding/bytes.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../domain/transparency/witness-policy.js';
import { readIfThere } from './access/private-files.js';
import type { DataFolder } from './data-folder.js';
import { entryEngines } from './engines.js';
import type { OpenError } from './open-error.js';

/** Kept in the folder, so that no process that opens it publishes what the witnesses have not seen. */
export const readLogPolicy = ({ logPolicy }: DataFolder): TE.TaskEither<OpenError, WitnessPolicy | undefined> =>
  pipe(
    readIfThere(logPolicy),
    TE.mapLeft((fault): OpenError => fault),
    TE.flatMapEither((text) =>
      text === undefined
        ? E.right(undefined)
        : pipe(
            parseWitnessPolicy(entryEngines.hashing, utf8(text)),
            E.mapLeft((fault): OpenError => ({ _tag: 'PolicyInvalid', file: logPolicy, fault })),
          ),
    ),
  );
