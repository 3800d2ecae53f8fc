import * as t from 'io-ts';

/** `key-access` is for the key service; `reporting` is for showing a host's state, and never authorises anything. */
export const TokenKind = t.keyof({ 'key-access': null, reporting: null });
export type TokenKind = t.TypeOf<typeof TokenKind>;

/** A token's id follows from the verdict that it is made from: the same verdict, the same id, whenever it is asked for. */
export const tokenIdOf = (kind: TokenKind, verdictEventId: string): string => `${kind}/${verdictEventId}`;
