import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8 } from '../../../domain/encoding/bytes.js';
import type { PlaceUnavailable, TileStorage } from '../../../domain/transparency/ports.js';
import { CHECKPOINT_PATH } from '../../../domain/transparency/read-signed.js';
import type { KurrentClient } from '../../event-store/kurrent/client.js';
import { placeFault } from './kurrent-checkpoint-record.js';
import { putNext, readLast } from './last-event.js';

const SIZE_LINE = /^[^\n]+\n(0|[1-9][0-9]{0,15})\n/;

/** The size that a checkpoint claims; -1 for what is none. Nothing vouches for it: it only orders what is published. */
const claimedSize = (bytes: Uint8Array | undefined): number => {
  const size = SIZE_LINE.exec(fromUtf8(bytes ?? new Uint8Array()) ?? '')?.[1];
  return size === undefined ? -1 : Number(size);
};

/** Published by all nodes or by none. One that lost the seal keeps quiet: something newer is out already. */
const publish = (
  client: Pick<KurrentClient, 'append' | 'read'>,
  stream: string,
  bytes: Uint8Array,
): TE.TaskEither<PlaceUnavailable, void> =>
  pipe(
    readLast(client, stream),
    TE.flatMap((last) =>
      claimedSize(last.bytes) > claimedSize(bytes)
        ? TE.right(undefined)
        : putNext(client, stream, last.revision, 'SekishoPublished', bytes),
    ),
    TE.mapLeft(placeFault(stream)),
  );

/** Tiles in this node's folder, the published checkpoint for all nodes in the cluster. */
export const shareCheckpoint = (
  client: Pick<KurrentClient, 'append' | 'read'>,
  stream: string,
  own: TileStorage,
): TileStorage => ({
  read: (path) =>
    path === CHECKPOINT_PATH
      ? pipe(
          readLast(client, stream),
          TE.bimap(placeFault(stream), ({ bytes }) => bytes),
        )
      : own.read(path),
  write: (resources) => {
    const checkpoint = resources.find(({ path }) => path === CHECKPOINT_PATH);
    return checkpoint === undefined
      ? own.write(resources)
      : pipe(
          publish(client, stream, checkpoint.bytes),
          TE.flatMap(() => own.write(resources)),
        );
  },
  remove: own.remove,
});
