import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { ALGORITHMS, OBJECT_TYPES, OPERATIONS, STATES } from '../../adapters/kms/kmip/messages/enumerations.js';
import { protocolVersion } from '../../adapters/kms/kmip/messages/version.js';
import {
  byteString,
  dateTime,
  enumeration,
  type Item,
  integer,
  structure,
  text,
} from '../../adapters/kms/kmip/ttlv/item.js';
import { readTtlv } from '../../adapters/kms/kmip/ttlv/read-ttlv.js';
import { TAGS, type TagName } from '../../adapters/kms/kmip/ttlv/tags.js';
import { writeTtlv } from '../../adapters/kms/kmip/ttlv/write-ttlv.js';
import type { TestCa } from './kmip-certificates.js';
import { right } from './ledger.js';

type Items = ReadonlyArray<Item>;
type OperationName = keyof typeof OPERATIONS;

export interface Exchange {
  readonly operation: OperationName;
  readonly request: Item;
  /** What an honest server would answer. */
  readonly answer: Item;
  readonly socket: TLSSocket;
}

/** Writes what it likes to the socket. */
export type Lie = (exchange: Exchange) => void;

export interface LyingServer {
  readonly port: number;
  /** Bytes of KMIP that came in. */
  readonly received: () => number;
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

const VERSION = { major: 2, minor: 1 };

export const fieldOf = (item: Item, ...path: ReadonlyArray<TagName>): Item => {
  const [name, ...rest] = path;
  if (name === undefined) return item;
  const found = item.type === 'structure' ? item.items.find(({ tag }) => tag === TAGS[name]) : undefined;
  if (found === undefined) throw new Error(`${name} is missing`);
  return fieldOf(found, ...rest);
};

const bytesIn = (item: Item, ...path: ReadonlyArray<TagName>): Uint8Array => {
  const found = fieldOf(item, ...path);
  if (found.type !== 'bytes') throw new Error('must be bytes');
  return found.bytes;
};

/** An honest KMIP 2.1 server with one AES key, "1", that encrypts with GCM and leaves the checking to its client. */
const payloadFor = (operation: OperationName, request: Item, key: Uint8Array): Items => {
  const asked = (name: TagName): Uint8Array => bytesIn(request, 'BatchItem', 'RequestPayload', name);
  const id = text('UniqueIdentifier', '1');
  switch (operation) {
    case 'DiscoverVersions':
      return [protocolVersion(VERSION)];
    case 'Query':
      return Object.values(OPERATIONS).map((code) => enumeration('Operation', code));
    case 'GetAttributes':
      return [
        id,
        structure('Attributes', [
          enumeration('ObjectType', OBJECT_TYPES.SymmetricKey),
          enumeration('CryptographicAlgorithm', ALGORITHMS.AES),
          integer('CryptographicLength', 256),
          enumeration('State', STATES.Active),
        ]),
      ];
    case 'Encrypt': {
      const cipher = createCipheriv('aes-256-gcm', key, asked('IvCounterNonce'));
      const data = byteString('Data', cipher.update(asked('Data')));
      cipher.final();
      return [id, data, byteString('AuthenticatedEncryptionTag', cipher.getAuthTag())];
    }
    case 'Decrypt': {
      const decipher = createDecipheriv('aes-256-gcm', key, asked('IvCounterNonce'));
      return [id, byteString('Data', decipher.update(asked('Data')))];
    }
    case 'Locate':
      return [];
    case 'Create':
      return [enumeration('ObjectType', OBJECT_TYPES.SymmetricKey), id];
    case 'Get':
    case 'Activate':
    case 'Revoke':
    case 'Destroy':
      return [id];
  }
};

const answerTo = (operation: OperationName, request: Item, payload: Items): Item =>
  structure('ResponseMessage', [
    structure('ResponseHeader', [
      fieldOf(request, 'RequestHeader', 'ProtocolVersion'),
      dateTime('TimeStamp', 1_800_000_000n),
      integer('BatchCount', 1),
    ]),
    structure('BatchItem', [
      enumeration('Operation', OPERATIONS[operation]),
      fieldOf(request, 'BatchItem', 'UniqueBatchItemId'),
      enumeration('ResultStatus', 0),
      structure('ResponsePayload', payload),
    ]),
  ]);

const operationIn = (request: Item): OperationName => {
  const code = fieldOf(request, 'BatchItem', 'Operation');
  const found = Object.entries(OPERATIONS).find(([, value]) => code.type === 'enumeration' && value === code.value);
  if (found === undefined) throw new Error('unknown operation');
  return found[0] as OperationName;
};

/** A key server in this process that is honest until an operation for which there is a lie. */
export const startLyingServer = async (
  ca: TestCa,
  lies: Readonly<Partial<Record<OperationName, Lie>>>,
): Promise<LyingServer> => {
  const { certificate, privateKey } = ca.server();
  const key = randomBytes(32);
  const sockets = new Set<TLSSocket>();
  let received = 0;
  let connections = 0;
  const server = createServer(
    { cert: certificate, key: privateKey, ca: ca.certificate, requestCert: true },
    (socket) => {
      sockets.add(socket);
      connections++;
      let pending = Buffer.alloc(0);
      socket.on('error', () => undefined);
      socket.on('data', (part: Buffer) => {
        received += part.length;
        pending = Buffer.concat([pending, part]);
        while (pending.length >= 8 && pending.length >= 8 + pending.readUInt32BE(4)) {
          const whole = pending.subarray(0, 8 + pending.readUInt32BE(4));
          pending = pending.subarray(whole.length);
          const request = right(readTtlv(Uint8Array.from(whole)));
          const operation = operationIn(request);
          const answer = answerTo(operation, request, payloadFor(operation, request, key));
          const lie = lies[operation] ?? ((exchange: Exchange) => exchange.socket.write(writeTtlv(exchange.answer)));
          lie({ operation, request, answer, socket });
        }
      });
    },
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    connections: () => connections,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
