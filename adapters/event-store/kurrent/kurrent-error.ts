import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type { StoreError } from '../../../domain/ports.js';

/** What a call to the cluster came to, when it was nothing good. */
export type KurrentError =
  /** Nothing was written: the stream's last revision is another one. -1: no such stream. */
  | { readonly _tag: 'WrongRevision'; readonly actual: number }
  | { readonly _tag: 'NoSuchStream' }
  /** A tombstone: the stream is gone for good. */
  | { readonly _tag: 'StreamDeleted' }
  | { readonly _tag: 'TooLarge' }
  /** Nobody knows whether it happened; `code` never holds more than the kind of failure. */
  | { readonly _tag: 'OutcomeUnknown'; readonly code: string };

const typeOf = (error: unknown): string =>
  error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : 'unknown';

/** The client's messages may quote addresses and credentials: only their kind is told. */
export const kurrentErrorOf = (error: unknown): KurrentError => {
  if (error instanceof WrongExpectedVersionError) {
    const { actualVersion } = error;
    return { _tag: 'WrongRevision', actual: typeof actualVersion === 'bigint' ? Number(actualVersion) : -1 };
  }
  if (error instanceof StreamNotFoundError) return { _tag: 'NoSuchStream' };
  if (error instanceof StreamDeletedError) return { _tag: 'StreamDeleted' };
  if (error instanceof MaxAppendSizeExceededError) return { _tag: 'TooLarge' };
  return { _tag: 'OutcomeUnknown', code: error instanceof AccessDeniedError ? 'access denied' : typeOf(error) };
};

/** For everything but an append at an exact revision, which knows more. */
export const storeErrorOf = (stream: string, error: KurrentError): StoreError => {
  switch (error._tag) {
    case 'StreamDeleted':
      return { _tag: 'StoreDamaged', where: stream, rule: 'was deleted; a ledger keeps its streams' };
    case 'TooLarge':
      return { _tag: 'StoreRefused', what: `append to ${stream}`, rule: 'is larger than the cluster takes' };
    case 'WrongRevision':
    case 'NoSuchStream':
      return { _tag: 'StoreUnavailable', detail: `EventStoreDB: ${stream} changed meanwhile` };
    case 'OutcomeUnknown':
      return { _tag: 'StoreUnavailable', detail: `EventStoreDB: ${error.code}` };
  }
};
