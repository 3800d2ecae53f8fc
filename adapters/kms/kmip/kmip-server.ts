import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault } from '../../../domain/key-provider/key-servers.js';
import type { Random } from '../../../domain/ports.js';
import { type Agreement, agree } from './agreement.js';
import { type Answered, createExchange, type Unanswered, unsent } from './exchange.js';
import type { Operation } from './operations/operation.js';
import type { KmipOptions, KmipServerAddress } from './options.js';
import { type Connection, createConnection } from './transport/connection.js';
import { openTls, type TlsTrust } from './transport/open-tls.js';
import { createPool } from './transport/pool.js';
import { isLate, notTrusted } from './transport/transport-fault.js';

/** One key server as its client: connections, the version spoken, and one answer for each request. */
export interface KmipServer {
  readonly address: KmipServerAddress;
  readonly ask: <A>(operation: Operation<A>) => Promise<Answered<A>>;
  /** What was agreed with the server; found out again after it could not be reached. */
  readonly agreement: () => Promise<Answered<Agreement>>;
  /** The same over a connection of its own, as a stranger would find it now. */
  readonly look: () => Promise<Answered<Agreement>>;
  /** The next request finds the server as it is then. */
  readonly forget: () => void;
  readonly close: () => void;
}

const nothingDone = ({ fault }: Unanswered): Unanswered => ({ fault, mayBeDone: false });

export const createKmipServer = (
  address: KmipServerAddress,
  trust: TlsTrust,
  options: KmipOptions,
  random: Random,
): KmipServer => {
  const { name } = address;
  const exchange = createExchange(name, options.credential, random);
  let agreed: Agreement | undefined;

  const open = async (): Promise<E.Either<KeyServerFault, Connection>> => {
    if (trust.pinned.size === 0) return E.left(notTrusted(name, 'no peer certificate is trusted yet'));
    const socket = await openTls(address, trust, options);
    return E.isLeft(socket) ? socket : E.right(createConnection(name, socket.right, options.requestTimeoutMillis));
  };

  const pool = createPool({ server: name, most: options.mostConnectionsPerServer, open });

  const forget = (): void => {
    agreed = undefined;
    pool.drain();
  };

  /** Requests at the start may each find out the same. */
  const agreeOn = async (connection: Connection): Promise<Answered<Agreement>> => {
    if (agreed !== undefined) return E.right(agreed);
    const found = await agree(name, exchange, connection);
    if (E.isRight(found)) agreed = found.right;
    return found;
  };

  const lend = async <A>(work: (connection: Connection) => Promise<Answered<A>>): Promise<Answered<A>> => {
    const lent = await pool.lend(work);
    return E.isLeft(lent) ? unsent(lent.left) : lent.right;
  };

  /** Whether the server ended a kept connection instead of answering: it was restarted, or tired of waiting for us. */
  const isStale = (wasUsed: boolean, { left }: E.Left<Unanswered>): boolean =>
    wasUsed && left.mayBeDone && left.fault._tag === 'KeyServerUnreachable' && !isLate(left.fault);

  const ask = async <A>(operation: Operation<A>, again = operation.isRepeatable): Promise<Answered<A>> => {
    let wasUsed = false;
    const result = await lend(async (connection) => {
      wasUsed = connection.wasUsed();
      const found = await agreeOn(connection);
      if (E.isLeft(found)) return found;
      return exchange(connection, found.right.version, operation);
    });
    if (E.isLeft(result) && again && isStale(wasUsed, result)) {
      forget();
      return ask(operation, false);
    }
    return operation.isRepeatable ? E.mapLeft(nothingDone)(result) : result;
  };

  const look = async (): Promise<Answered<Agreement>> => {
    const connection = await open();
    if (E.isLeft(connection)) return unsent(connection.left);
    const found = await agree(name, exchange, connection.right);
    connection.right.end();
    return found;
  };

  return {
    address,
    ask: (operation) => ask(operation),
    agreement: () => lend(agreeOn),
    look,
    forget,
    close: pool.close,
  };
};
