import * as t from 'io-ts';

export const LogKeysAnswer = t.type(
  { origin: t.string, vkeys: t.readonlyArray(t.string), signing: t.readonlyArray(t.string) },
  'LogKeysAnswer',
);
