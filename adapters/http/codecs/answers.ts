import * as t from 'io-ts';

/** Answers are open: a later version may say more, and a client must bear it. */
export const AsOf = t.type(
  {
    /** Number of ledger entries applied, minus one: -1 on an empty ledger. */
    index: t.number,
    time: t.union([t.null, t.string]),
  },
  'AsOf',
);

/** What a command recorded. `index` is null when there was nothing new to record. */
export const Recorded = t.type(
  {
    index: t.union([t.null, t.number]),
    stream: t.string,
    revision: t.number,
    events: t.readonlyArray(t.type({ index: t.number, type: t.string })),
  },
  'Recorded',
);
export type Recorded = t.TypeOf<typeof Recorded>;

const isBytes = (u: unknown): u is Uint8Array => u instanceof Uint8Array;

/** An answer of bytes as they are (application/octet-stream). */
export const Bytes = new t.Type<Uint8Array, Uint8Array, unknown>(
  'Bytes',
  isBytes,
  (u, c) => (isBytes(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/** An answer of plain text. */
export const PlainText = new t.Type<string, string, unknown>('PlainText', t.string.is, t.string.validate, t.identity);
