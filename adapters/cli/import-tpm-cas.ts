import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Recorded } from '../http/codecs/answers.js';
import { caChainsOf, type FoundChain } from '../import/ca-chains.js';
import { type CliFailure, EXIT } from './failure.js';
import type { NotTaken } from './import-endorsement-keys.js';
import { readBytes } from './input.js';
import type { InputFile } from './input-files.js';
import type { Online } from './online.js';

export interface ReadChains {
  readonly chains: ReadonlyArray<FoundChain>;
  readonly notTaken: ReadonlyArray<NotTaken>;
}

const readFile = ({ path, stem }: InputFile): TE.TaskEither<CliFailure, ReadChains> =>
  pipe(
    readBytes(path),
    TE.map((bytes) => {
      const found = caChainsOf(stem, bytes);
      return E.isLeft(found)
        ? { chains: [], notTaken: [{ what: path, why: found.left }] }
        : { chains: found.right, notTaken: [] };
    }),
  );

export const readTpmCas = (files: ReadonlyArray<InputFile>): TE.TaskEither<CliFailure, ReadChains> =>
  pipe(
    files,
    TE.traverseSeqArray(readFile),
    TE.map((read) => ({
      chains: read.flatMap(({ chains }) => chains),
      notTaken: read.flatMap(({ notTaken }) => notTaken),
    })),
  );

/** `known`: its root, or its name, is trusted already. */
export interface ImportedCa {
  readonly name: string;
  readonly subject: string;
  readonly count: number;
  readonly outcome: 'trusted' | 'known' | 'refused';
  readonly why: string | null;
}

const importOne =
  ({ client }: Online) =>
  ({ name, chain, subject, count }: FoundChain): TE.TaskEither<CliFailure, ImportedCa> => {
    const said = (outcome: ImportedCa['outcome'], why: string | null): ImportedCa => ({
      name,
      subject,
      count,
      outcome,
      why,
    });
    return pipe(
      client.call({ operation: 'trustTpmCa', method: 'POST', path: '/v1/tpm-cas', body: { name, chain } }, Recorded),
      TE.map(() => said('trusted', null)),
      TE.orElse((failure): TE.TaskEither<CliFailure, ImportedCa> => {
        if (failure.code === 'AlreadyExists') return TE.right(said('known', failure.message));
        return failure.exit === EXIT.badInput ? TE.right(said('refused', failure.message)) : TE.left(failure);
      }),
    );
  };

/** One after the other; a chain that is refused doesn't keep the others out, an authority that can't be reached does. */
export const importTpmCas = (
  given: Online,
  chains: ReadonlyArray<FoundChain>,
): TE.TaskEither<CliFailure, ReadonlyArray<ImportedCa>> => pipe(chains, TE.traverseSeqArray(importOne(given)));
