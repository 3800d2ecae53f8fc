import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { openCheckpoint } from '../../domain/transparency/checkpoint.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import { tilePath } from '../../domain/transparency/tile.js';
import { consistencyFromTiles } from '../../domain/transparency/tree-proof.js';
import type { VerifierKey } from '../../domain/transparency/verifier-key.js';
import { entryEngines } from '../crypto/engines.js';
import type { ExportOptions } from '../transparency/export-tiles.js';
import { namesPeople } from '../transparency/log-response.js';
import type { AuthorityClient } from './authority-client.js';
import { type CliFailure, negative } from './failure.js';

const fetchResource =
  (client: AuthorityClient) =>
  (path: string): TE.TaskEither<PlaceUnavailable, Uint8Array> =>
    pipe(
      client.blob({ operation: namesPeople(path) ? 'logEntries' : 'logTile', method: 'GET', path: `/${path}` }),
      TE.mapLeft(({ message }) => ({ _tag: 'PlaceUnavailable', where: path, detail: message })),
    );

const OTHER_KEY =
  'If the log has another key by now, a new bundle shows that it follows from yours (sekisho verify FILE --vkey YOURS).';

/** A log that is served: only a checkpoint that the key signed is believed. */
export const remoteLog = (
  client: AuthorityClient,
  key: VerifierKey,
): TE.TaskEither<CliFailure, ExportOptions['log']> => {
  const resource = fetchResource(client);
  return pipe(
    client.blob({ operation: 'logCheckpoint', method: 'GET', path: '/checkpoint' }),
    TE.flatMap((bytes) =>
      pipe(
        TE.fromEither(openCheckpoint(entryEngines.verifyEd25519, [key], bytes)),
        TE.bimap(
          ({ _tag }) => negative('CheckpointInvalid', `the checkpoint is none of ${key.name} (${_tag})`, OTHER_KEY),
          ({ checkpoint }) => ({
            published: () => ({ checkpoint, bytes }),
            resource,
            proveConsistency: (older: number, size: number) =>
              consistencyFromTiles(entryEngines.hashing, (tile) => resource(tilePath(tile)), older, size),
          }),
        ),
      ),
    ),
  );
};
