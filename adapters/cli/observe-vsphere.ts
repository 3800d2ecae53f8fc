import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { toBase64 } from '../../domain/encoding/bytes.js';
import { MOST_CHANGES } from '../../domain/inventory/decider.js';
import { Recorded } from '../http/codecs/answers.js';
import { type Reading, readInventory } from '../vsphere/read-inventory.js';
import { bootId, hostReport } from '../vsphere/relay-reports.js';
import type { Watching } from '../vsphere/watch-inventory.js';
import type { AuthorityClient } from './authority-client.js';
import type { CliFailure } from './failure.js';
import { segment } from './send-command.js';
import type { VsphereConnection } from './vsphere-options.js';

/** Until nothing is left to say: one command records a bounded number of changes. */
const recordAll = (
  client: AuthorityClient,
  inventory: string,
  reading: Reading,
  before = 0,
): TE.TaskEither<CliFailure, number> =>
  pipe(
    client.call(
      {
        operation: 'observeInventory',
        method: 'POST',
        path: `/v1/inventories/${segment(inventory)}/observations`,
        body: reading.observation,
      },
      Recorded,
    ),
    TE.flatMap(({ body }) => {
      const changes = before + body.events.filter(({ type }) => type !== 'InventoryConfirmed').length;
      return body.events.length < MOST_CHANGES ? TE.right(changes) : recordAll(client, inventory, reading, changes);
    }),
  );

/** Hosts that are not enrolled here have nowhere to put a report, and a server may have none of a host. */
const relayOne = (
  client: AuthorityClient,
  { session }: VsphereConnection,
  reading: Reading,
  boot: Reading['boots'][number],
): TE.TaskEither<string, unknown> =>
  pipe(
    hostReport(session, reading.observation, boot),
    TE.mapLeft(({ detail }) => detail),
    TE.flatMap(({ host, commandId, xml }) =>
      pipe(
        client.call(
          {
            operation: 'reportRelayed',
            method: 'POST',
            path: `/v1/hosts/${segment(host)}/relayed-reports`,
            body: { report: toBase64(new TextEncoder().encode(xml)) },
            commandId,
          },
          t.unknown,
        ),
        TE.mapLeft(({ code }) => code),
      ),
    ),
  );

/** A report that failed is tried again at the next reading; what was relayed is remembered for as long as it runs. */
const relayAll = async (
  client: AuthorityClient,
  connection: VsphereConnection,
  reading: Reading,
  relayed: Set<string>,
): Promise<void> => {
  for (const boot of reading.boots) {
    if (relayed.has(bootId(boot))) continue;
    const done = await relayOne(client, connection, reading, boot)();
    if (E.isRight(done)) relayed.add(bootId(boot));
  }
};

/** A vCenter on one side, an authority on the other. */
export const observing = (
  client: AuthorityClient,
  connection: VsphereConnection,
  inventory: string,
  now: () => string,
): Watching<CliFailure> => {
  const relayed = new Set<string>();
  return {
    now,
    read: readInventory(connection.session),
    record: (reading) =>
      pipe(
        recordAll(client, inventory, reading),
        TE.tapTask(
          () => () =>
            connection.settings['relay-reports'] ? relayAll(client, connection, reading, relayed) : Promise.resolve(),
        ),
      ),
    reportBlind: (reason, since) =>
      client.call(
        {
          operation: 'reportBlindInventory',
          method: 'POST',
          path: `/v1/inventories/${segment(inventory)}/blind`,
          body: { reason, since },
        },
        Recorded,
      ),
  };
};
