import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { OPERATIONS, type OperationName, QUERY_FUNCTIONS } from '../messages/enumerations.js';
import { readVersion } from '../messages/read-version.js';
import { isSameVersion, protocolVersion, VERSIONS, type Version } from '../messages/version.js';
import { all, checkFields } from '../ttlv/fields.js';
import { enumeration } from '../ttlv/item.js';
import type { Operation } from './operation.js';

/** KMIP 2.1, 6.1, Discover Versions: the best version that both sides speak; undefined for none. */
export const discoverVersions: Operation<Version | undefined> = {
  name: 'DiscoverVersions',
  isRepeatable: true,
  payload: () => VERSIONS.map(protocolVersion),
  read: (payload) =>
    pipe(
      checkFields(payload, 'ProtocolVersion'),
      E.flatMap((fields) => all(fields, 'ProtocolVersion', 'structure')),
      E.flatMap(E.traverseArray(({ items }) => readVersion(items))),
      E.map((offered) => VERSIONS.find((ours) => offered.some((theirs) => isSameVersion(ours, theirs)))),
    ),
};

const NAMES = Object.entries(OPERATIONS) as ReadonlyArray<[OperationName, number]>;

/** KMIP 2.1, 6.1, Query: which of the operations that we need the server offers. */
export const queryOperations: Operation<ReadonlySet<OperationName>> = {
  name: 'Query',
  isRepeatable: true,
  payload: () => [enumeration('QueryFunction', QUERY_FUNCTIONS.Operations)],
  read: (payload) =>
    pipe(
      all(payload, 'Operation', 'enumeration'),
      E.map((offered) => {
        const codes = new Set(offered.map(({ value }) => value));
        return new Set(NAMES.filter(([, code]) => codes.has(code)).map(([name]) => name));
      }),
    ),
};
