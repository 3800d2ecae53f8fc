import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { equalBytes } from '../../../../domain/encoding/bytes.js';
import { ALGORITHMS, CIPHER_MODES, PADDING } from '../messages/enumerations.js';
import { checkFields, optional, type Read, required } from '../ttlv/fields.js';
import { byteString, enumeration, type Item, integer, structure, text } from '../ttlv/item.js';
import type { Operation } from './operation.js';
import { checkIdentifier } from './unique-identifier.js';

export type CipherMode = keyof typeof CIPHER_MODES;

/** GCM's tag as we ask for it: all of it. */
const TAG_BYTES = 16;

interface Ciphered {
  readonly id: string;
  readonly mode: CipherMode;
  readonly data: Uint8Array;
  readonly iv: Uint8Array;
  /** Only GCM authenticates any. */
  readonly additionalData?: Uint8Array;
}

/** KMIP 2.1, 4, Cryptographic Parameters; no mode of ours is padded, so no server can tell us of bad padding. */
const parameters = (mode: CipherMode): Item =>
  structure('CryptographicParameters', [
    enumeration('BlockCipherMode', CIPHER_MODES[mode]),
    ...(mode === 'GCM' ? [] : [enumeration('PaddingMethod', PADDING.None)]),
    enumeration('CryptographicAlgorithm', ALGORITHMS.AES),
    ...(mode === 'GCM' ? [integer('TagLength', TAG_BYTES)] : []),
  ]);

const request = ({ id, mode, data, iv, additionalData }: Ciphered): ReadonlyArray<Item> => [
  text('UniqueIdentifier', id),
  parameters(mode),
  byteString('Data', data),
  byteString('IvCounterNonce', iv),
  ...(additionalData === undefined ? [] : [byteString('AuthenticatedEncryptionAdditionalData', additionalData)]),
];

/** Left out, or ours: a server that used another one made what we could not decrypt. */
const checkIv = (items: ReadonlyArray<Item>, iv: Uint8Array): Read<void> =>
  pipe(
    optional(items, 'IvCounterNonce', 'bytes'),
    E.flatMap((used) =>
      used === undefined || equalBytes(used.bytes, iv) ? E.right(undefined) : E.left('IvCounterNonce must be ours'),
    ),
  );

/** None of our modes makes data longer or shorter. */
const readData = (items: ReadonlyArray<Item>, length: number): Read<Uint8Array> =>
  pipe(
    required(items, 'Data', 'bytes'),
    E.flatMap(({ bytes }) =>
      bytes.length === length ? E.right(bytes.slice()) : E.left(`Data must be ${length} bytes long`),
    ),
  );

const readTag = (items: ReadonlyArray<Item>, mode: CipherMode): Read<Uint8Array> =>
  pipe(
    optional(items, 'AuthenticatedEncryptionTag', 'bytes'),
    E.flatMap((tag) => {
      const length = mode === 'GCM' ? TAG_BYTES : 0;
      const bytes = tag?.bytes ?? new Uint8Array(0);
      return bytes.length === length
        ? E.right(bytes.slice())
        : E.left(`AuthenticatedEncryptionTag must be ${length} bytes long`);
    }),
  );

/** KMIP 2.1, 6.1, Encrypt. */
export const encrypt = (asked: Ciphered): Operation<{ readonly data: Uint8Array; readonly tag: Uint8Array }> => ({
  name: 'Encrypt',
  isRepeatable: true,
  payload: () => request(asked),
  read: (payload) =>
    pipe(
      E.Do,
      E.bind('fields', () =>
        checkFields(
          payload,
          'UniqueIdentifier',
          'Data',
          'IvCounterNonce',
          'CorrelationValue',
          'AuthenticatedEncryptionTag',
        ),
      ),
      E.bind('id', ({ fields }) => checkIdentifier(fields, asked.id)),
      E.bind('iv', ({ fields }) => checkIv(fields, asked.iv)),
      E.bind('data', ({ fields }) => readData(fields, asked.data.length)),
      E.bind('tag', ({ fields }) => readTag(fields, asked.mode)),
      E.map(({ data, tag }) => ({ data, tag })),
    ),
});

/** KMIP 2.1, 6.1, Decrypt. The bytes are a copy, and the caller's to erase. */
export const decrypt = (asked: Ciphered & { readonly tag?: Uint8Array }): Operation<Uint8Array> => ({
  name: 'Decrypt',
  isRepeatable: true,
  payload: () => [
    ...request(asked),
    ...(asked.tag === undefined ? [] : [byteString('AuthenticatedEncryptionTag', asked.tag)]),
  ],
  read: (payload) =>
    pipe(
      checkFields(payload, 'UniqueIdentifier', 'Data', 'CorrelationValue'),
      E.flatMap(() => checkIdentifier(payload, asked.id)),
      E.flatMap(() => readData(payload, asked.data.length)),
    ),
});
