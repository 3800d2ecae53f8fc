import * as E from 'fp-ts/lib/Either.js';
import type { KeyServerFault, ObservedServer } from '../../../domain/key-provider/key-servers.js';
import type { Agreement } from './agreement.js';
import type { KmipServer } from './kmip-server.js';
import type { OperationName } from './messages/enumerations.js';

/** Without these nothing can be released; the others are for who looks after the primary keys. */
const TO_RELEASE: ReadonlyArray<OperationName> = ['Encrypt', 'Decrypt', 'GetAttributes'];
const TO_RELEASE_HERE: ReadonlyArray<OperationName> = ['Get', 'GetAttributes'];
const TO_MANAGE: ReadonlyArray<OperationName> = ['Create', 'Locate', 'Activate', 'Revoke', 'Destroy'];

type Trust = Pick<ObservedServer, 'clientTrustsServer' | 'serverTrustsClient'>;

/** Who of both trusts whom as far as the fault tells; what it doesn't tell stays open. */
const trustIn = (fault: KeyServerFault): Trust => {
  switch (fault._tag) {
    case 'KeyServerNotTrusted':
      return { clientTrustsServer: false, serverTrustsClient: undefined };
    case 'KeyServerTrustsUsNot':
      // An alert of TLS 1.2 comes before we have judged the server.
      return { clientTrustsServer: fault.reason.startsWith('TLS alert') ? undefined : true, serverTrustsClient: false };
    case 'KeyServerRefused':
      return { clientTrustsServer: true, serverTrustsClient: true };
    case 'KeyServerUnreachable':
    case 'KeyServerMisbehaved':
    case 'PrimaryKeyUnknown':
    case 'PrimaryKeyUnusable':
    case 'CiphertextInvalid':
      return { clientTrustsServer: undefined, serverTrustsClient: undefined };
  }
};

const missing = (
  server: string,
  { operations }: Agreement,
  needed: ReadonlyArray<OperationName>,
): ReadonlyArray<KeyServerFault> =>
  needed
    .filter((operation) => !operations.has(operation))
    .map((operation) => ({ _tag: 'KeyServerRefused', server, operation, reason: 'OperationNotSupported' }));

const observed = (server: string, agreement: Agreement, mayLeave: boolean): ObservedServer => {
  const toRelease = [TO_RELEASE, ...(mayLeave ? [TO_RELEASE_HERE] : [])].map((needed) =>
    missing(server, agreement, needed),
  );
  const graver = toRelease.find((faults) => faults.length === 0) ?? toRelease[0] ?? [];
  const faults = [...graver, ...missing(server, agreement, TO_MANAGE)];
  const health = graver.length > 0 ? 'ERROR' : faults.length > 0 ? 'WARNING' : 'OK';
  return { server, health, clientTrustsServer: true, serverTrustsClient: true, faults };
};

export const observeServer = async (server: KmipServer, mayLeave: boolean): Promise<ObservedServer> => {
  const { name } = server.address;
  const found = await server.look();
  if (E.isRight(found)) return observed(name, found.right, mayLeave);
  const { fault } = found.left;
  return { server: name, health: 'ERROR', ...trustIn(fault), faults: [fault] };
};
