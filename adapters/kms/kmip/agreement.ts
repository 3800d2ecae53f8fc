import * as E from 'fp-ts/lib/Either.js';
import { type Answered, type Exchange, unsent } from './exchange.js';
import { OPERATIONS, type OperationName } from './messages/enumerations.js';
import { VERSIONS, type Version } from './messages/version.js';
import { discoverVersions, queryOperations } from './operations/ask-server.js';
import type { Connection } from './transport/connection.js';

/** What a server and we found that both can do. */
export interface Agreement {
  readonly version: Version;
  readonly operations: ReadonlySet<OperationName>;
}

/** The question which versions there are must itself be asked in one of them: the oldest that we speak, or else the newest. */
const ASKED_IN: ReadonlyArray<Version> = [{ major: 1, minor: 2 }, ...VERSIONS.filter(({ major }) => major >= 2)];

const EVERYTHING: ReadonlySet<OperationName> = new Set(Object.keys(OPERATIONS) as ReadonlyArray<OperationName>);

const agreeOnVersion = async (
  server: string,
  exchange: Exchange,
  connection: Connection,
): Promise<Answered<Version>> => {
  let refused: Answered<Version> | undefined;
  for (const version of ASKED_IN) {
    const found = await exchange(connection, version, discoverVersions);
    if (E.isRight(found) && found.right !== undefined) return E.right(found.right);
    if (E.isRight(found)) continue;
    if (found.left.fault._tag !== 'KeyServerRefused') return found;
    // A server need not have Discover Versions; what it understood is then a version that it has.
    if (found.left.fault.reason === 'OperationNotSupported') return E.right(version);
    refused ??= found;
  }
  const reason = 'no version from 1.2 to 2.1';
  return refused ?? unsent({ _tag: 'KeyServerRefused', server, operation: 'DiscoverVersions', reason });
};

/** Discover Versions, then Query. A server that refuses Query may still do what we ask: it is asked and says so. */
export const agree = async (
  server: string,
  exchange: Exchange,
  connection: Connection,
): Promise<Answered<Agreement>> => {
  const version = await agreeOnVersion(server, exchange, connection);
  if (E.isLeft(version)) return version;
  const operations = await exchange(connection, version.right, queryOperations);
  if (E.isRight(operations)) return E.right({ version: version.right, operations: operations.right });
  return operations.left.fault._tag === 'KeyServerRefused'
    ? E.right({ version: version.right, operations: EVERYTHING })
    : operations;
};
