import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { equalBytes } from '../../../../domain/encoding/bytes.js';
import { all, checkFields, optional, type Read, required } from '../ttlv/fields.js';
import { type Item, TYPE_CODES } from '../ttlv/item.js';
import { TAGS } from '../ttlv/tags.js';
import { nameIn, OPERATIONS, RESULT_REASONS, RESULT_STATUS } from './enumerations.js';
import { readVersion } from './read-version.js';
import type { Request } from './request.js';
import { isSameVersion, type Version } from './version.js';

/** What a server said to one request. */
export type Outcome =
  | { readonly _tag: 'Done'; readonly payload: ReadonlyArray<Item> }
  /** `reason`: a name of the Result Reason Enumeration (KMIP 2.1, 11), or a number. The server's own message is not kept: it may say anything. */
  | { readonly _tag: 'Failed'; readonly reason: string };

type Items = ReadonlyArray<Item>;

/** KMIP 2.1, 8, Response Header. */
const readHeader = (items: Items): Read<{ readonly version: Version; readonly batchCount: number }> =>
  pipe(
    E.Do,
    E.bind('fields', () =>
      checkFields(
        items,
        'ProtocolVersion',
        'TimeStamp',
        'Nonce',
        'ServerHashedPassword',
        'AttestationType',
        'ClientCorrelationValue',
        'ServerCorrelationValue',
        'BatchCount',
      ),
    ),
    E.bind('version', ({ fields }) =>
      pipe(
        required(fields, 'ProtocolVersion', 'structure'),
        E.flatMap((version) => readVersion(version.items)),
      ),
    ),
    E.bind('time', ({ fields }) => required(fields, 'TimeStamp', 'dateTime')),
    E.bind('count', ({ fields }) => required(fields, 'BatchCount', 'integer')),
    E.map(({ version, count }) => ({ version, batchCount: count.value })),
  );

/** KMIP 2.1, 8, Response Batch Item. */
const checkItemFields = (items: Items): Read<Items> =>
  checkFields(
    items,
    'Operation',
    'UniqueBatchItemId',
    'ResultStatus',
    'ResultReason',
    'ResultMessage',
    'AsynchronousCorrelationValue',
    'ResponsePayload',
    'MessageExtension',
  );

/** Left out only where the server failed before it read what was asked; never wrong. */
const checkEcho = (request: Request, items: Items, mayLack: boolean): Read<void> =>
  pipe(
    E.Do,
    E.bind('operation', () => optional(items, 'Operation', 'enumeration')),
    E.bind('id', () => optional(items, 'UniqueBatchItemId', 'bytes')),
    E.flatMap(({ operation, id }) => {
      if (operation === undefined ? !mayLack : operation.value !== OPERATIONS[request.operation])
        return E.left('Operation must be the one of the request');
      if (id === undefined ? !mayLack : !equalBytes(id.bytes, request.batchItemId))
        return E.left('UniqueBatchItemId must be the one of the request');
      return E.right(undefined);
    }),
  );

const readFailure = (request: Request, items: Items): Read<Outcome> =>
  pipe(
    checkEcho(request, items, true),
    E.flatMap(() => required(items, 'ResultReason', 'enumeration')),
    E.map((reason) => ({ _tag: 'Failed', reason: nameIn(RESULT_REASONS, reason.value) })),
  );

const readSuccess = (request: Request, version: Version, items: Items): Read<Outcome> => {
  if (!isSameVersion(version, request.version)) return E.left('ProtocolVersion must be the one of the request');
  return pipe(
    checkEcho(request, items, false),
    E.flatMap(() => optional(items, 'ResponsePayload', 'structure')),
    E.map((payload) => ({ _tag: 'Done', payload: payload?.items ?? [] })),
  );
};

const readBatchItem = (request: Request, version: Version, items: Items): Read<Outcome> =>
  pipe(
    checkItemFields(items),
    E.flatMap(() => required(items, 'ResultStatus', 'enumeration')),
    E.flatMap((status): Read<Outcome> => {
      if (status.value === RESULT_STATUS.Success) return readSuccess(request, version, items);
      if (status.value === RESULT_STATUS.OperationFailed) return readFailure(request, items);
      return E.left('ResultStatus must be Success or Operation Failed');
    }),
  );

const oneBatchItem = (items: Items, count: number): Read<Items> =>
  pipe(
    all(items, 'BatchItem', 'structure'),
    E.flatMap(([first, ...others]) =>
      first === undefined || others.length > 0 || count !== 1
        ? E.left('BatchItem must be there once, and BatchCount be 1')
        : E.right(first.items),
    ),
  );

/** Reads the answer to `request`, and nothing that could be the answer to another one. */
export const readResponse = (request: Request, message: Item): Read<Outcome> => {
  if (message.tag !== TAGS.ResponseMessage || message.type !== 'structure') return E.left('must be a ResponseMessage');
  return pipe(
    E.Do,
    E.bind('fields', () => checkFields(message.items, 'ResponseHeader', 'BatchItem')),
    E.bind('header', ({ fields }) =>
      pipe(
        required(fields, 'ResponseHeader', 'structure'),
        E.flatMap(({ items }) => readHeader(items)),
      ),
    ),
    E.bind('item', ({ fields, header }) => oneBatchItem(fields, header.batchCount)),
    E.flatMap(({ header, item }) => readBatchItem(request, header.version, item)),
  );
};

/** The first bytes of every answer: the tag of a ResponseMessage, and the type of a structure. */
export const RESPONSE_START = TAGS.ResponseMessage * 256 + TYPE_CODES.structure;
