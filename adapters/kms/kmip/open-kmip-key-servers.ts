import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyServerFault, KeyServers } from '../../../domain/key-provider/key-servers.js';
import type { Answered } from './exchange.js';
import { createFailingOver } from './failing-over.js';
import { createKeyOperations } from './key-operations.js';
import { createKmipServer, type KmipServer } from './kmip-server.js';
import { createPrimaryKey, destroyPrimaryKey, revokePrimaryKey } from './life-cycle.js';
import { observeServer } from './observe-server.js';
import type { KmipDeps, KmipOptions } from './options.js';
import { showCertificates } from './transport/show-certificates.js';
import { tlsTrust } from './transport/tls-trust.js';
import { MOST_PLAINTEXT_BYTES } from './wrapping/ciphertext.js';

const KEY_SIZES: ReadonlyArray<number> = [16, 24, 32, 64];

/** Refused here, and no server asked. */
const wrongSize = (operation: string): E.Either<KeyServerFault, never> =>
  E.left({ _tag: 'KeyServerRefused', server: 'kmip', operation, reason: 'InvalidSize' });

/**
 * The KMIP servers of one provider. Opens no connection before it is asked for something. Left: why the options can't
 * be used.
 */
export const openKmipKeyServers = (options: KmipOptions, { clock, random }: KmipDeps): E.Either<string, KeyServers> => {
  const trust = tlsTrust(options);
  if (E.isLeft(trust)) return trust;
  const millis = (): number => Date.parse(clock.now());
  const servers = options.servers.map((address) => createKmipServer(address, trust.right, options, random));
  const failingOver = createFailingOver(servers, millis);
  const keys = createKeyOperations(random, options.primaryKeyMayLeave);

  const run =
    <A>(work: (server: KmipServer) => Promise<Answered<A>>): TE.TaskEither<KeyServerFault, A> =>
    () =>
      failingOver.run(work);

  const observe = async (server: KmipServer) => {
    const observed = await observeServer(server, options.primaryKeyMayLeave);
    if (observed.health === 'OK' || observed.health === 'WARNING') failingOver.isWell(server);
    return observed;
  };

  return E.right({
    generateKey: (id, bytes) => async () => {
      if (!KEY_SIZES.includes(bytes)) return wrongSize('generate-key');
      const plaintext = random.bytes(bytes);
      const ciphertext = await failingOver.run((server) => keys.wrap(server, id, plaintext));
      if (E.isRight(ciphertext)) return E.right({ plaintext, ciphertext: ciphertext.right });
      plaintext.fill(0);
      return ciphertext;
    },
    encrypt: (id, plaintext) =>
      plaintext.length === 0 || plaintext.length > MOST_PLAINTEXT_BYTES
        ? TE.fromEither(wrongSize('encrypt'))
        : run((server) => keys.wrap(server, id, plaintext)),
    decrypt: (id, ciphertext) => run((server) => keys.unwrap(server, id, ciphertext)),
    createPrimaryKey: (name) => run((server) => createPrimaryKey(server, name)),
    revokePrimaryKey: (id, compromised) => {
      const since = compromised ? BigInt(Math.floor(millis() / 1000)) : undefined;
      return run((server) => revokePrimaryKey(server, id, since));
    },
    destroyPrimaryKey: (id) => run((server) => destroyPrimaryKey(server, id)),
    observe: () => async () => E.right(await Promise.all(servers.map(observe))),
    shownCertificates: () => () => showCertificates(options),
    close: () => {
      for (const server of servers) server.close();
      return Promise.resolve();
    },
  });
};
