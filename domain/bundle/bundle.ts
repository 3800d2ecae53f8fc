import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { fromUtf8, utf8 } from '../encoding/bytes.js';
import { closed } from '../encoding/closed.js';
import { decode } from '../encoding/explain.js';
import { type Json, parseJson } from '../encoding/json.js';
import { Base64UpTo, Instant, ListUpTo, SafeInt, Sha256Hex } from '../encoding/primitives.js';
import { HostId } from '../host/host-id.js';
import { MOST_ENTRY_BYTES } from '../ledger/envelope.js';
import type { Canonicalize } from '../ports.js';
import { StreamHeads } from './stream-heads.js';

/** The whole file. Larger ones are cut into periods by those who ask for them. */
export const MOST_BUNDLE_BYTES = 64 * 1024 * 1024;
export const MOST_BUNDLE_ENTRIES = 20_000;
/** 53 hashes for the first entry, and ever fewer for each more. */
const MOST_HASHES = 53 * MOST_BUNDLE_ENTRIES;
export const MOST_BLOBS = 20_000;
const MOST_BLOB_BYTES = 16 * 1024 * 1024;
const MOST_CHECKPOINT_BYTES = 262_144;

/** What was asked for: everything of a host that was recorded from `from` to `to`, both included; null: no bound. */
export const BundleScope = closed(
  {
    host: HostId,
    from: t.union([t.null, Instant]),
    to: t.union([t.null, Instant]),
    /** False: evidence and reference documents were left out, and no verdict can be made again. */
    evidence: t.boolean,
  },
  'BundleScope',
);
export type BundleScope = t.TypeOf<typeof BundleScope>;

/** Bytes are base64. Lists are in ascending order, so that there is one spelling of a bundle. */
export const Bundle = closed(
  {
    format: t.literal('sekisho-bundle/1'),
    scope: BundleScope,
    /** The note with all its signatures (C2SP tlog-checkpoint). */
    checkpoint: Base64UpTo(MOST_CHECKPOINT_BYTES),
    /** One proof that all entries are in the tree of the checkpoint: the hashes of `sharedSteps`. */
    proof: ListUpTo(Base64UpTo(32), MOST_HASHES),
    /** By index: the authority's own stream, the host's, the reference values that its verdicts rest on, and any others. */
    entries: ListUpTo(
      closed({ index: SafeInt, bytes: Base64UpTo(MOST_ENTRY_BYTES) }, 'BundleEntry'),
      MOST_BUNDLE_ENTRIES,
    ),
    /** The authority's word on where streams end; null where nobody gave it. */
    heads: t.union([t.null, StreamHeads]),
    /** By digest: everything that making the verdicts again reads. */
    blobs: ListUpTo(closed({ sha256: Sha256Hex, bytes: Base64UpTo(MOST_BLOB_BYTES) }, 'BundleBlob'), MOST_BLOBS),
  },
  'Bundle',
);
export type Bundle = t.TypeOf<typeof Bundle>;

/** Bytes that are no bundle. The offending value is never repeated. */
export interface BundleMalformed {
  readonly _tag: 'BundleMalformed';
  readonly field: string;
  readonly rule: string;
}

const malformed = (field: string, rule: string): BundleMalformed => ({ _tag: 'BundleMalformed', field, rule });

/** A bundle came out of a codec for JSON. */
const asJson = (bundle: Bundle): Json => bundle;

/** The bytes of the file: canonical JSON (RFC 8785), nothing before it and nothing behind. */
export const formatBundle = (canonicalize: Canonicalize, bundle: Bundle): E.Either<string, Uint8Array> =>
  pipe(canonicalize(asJson(bundle)), E.map(utf8));

const isAscending = (values: ReadonlyArray<string | number>): boolean =>
  values.every((value, i) => {
    const before = values[i - 1];
    return before === undefined || before < value;
  });

const orderFault = ({ entries, blobs, heads }: Bundle): BundleMalformed | undefined => {
  if (!isAscending(entries.map(({ index }) => index))) return malformed('entries', 'must ascend by index');
  if (!isAscending(blobs.map(({ sha256 }) => sha256))) return malformed('blobs', 'must ascend by digest');
  if (!isAscending((heads?.heads ?? []).map(({ stream }) => stream)))
    return malformed('heads', 'must ascend by stream');
  return undefined;
};

const isSpelt = (canonicalize: Canonicalize, bundle: Bundle, text: string): boolean => {
  const canonical = canonicalize(asJson(bundle));
  return E.isRight(canonical) && canonical.right === text;
};

/** Reads a file: form, bounds, order and spelling. Nothing vouches for it yet. */
export const parseBundle = (canonicalize: Canonicalize, bytes: Uint8Array): E.Either<BundleMalformed, Bundle> => {
  if (bytes.length > MOST_BUNDLE_BYTES) {
    return E.left(malformed('(whole)', `must be at most ${String(MOST_BUNDLE_BYTES)} bytes`));
  }
  const text = fromUtf8(bytes);
  if (text === undefined) return E.left(malformed('(whole)', 'must be UTF-8'));
  return pipe(
    parseJson(text),
    E.mapLeft(({ at, rule }) => malformed(`(offset ${String(at)})`, rule)),
    E.flatMap((value) =>
      pipe(
        decode(Bundle)(value),
        E.mapLeft(({ faults: [fault] }) => malformed(fault?.field ?? '(whole)', fault?.rule ?? 'must be a bundle')),
      ),
    ),
    E.flatMap((bundle): E.Either<BundleMalformed, Bundle> => {
      const fault = orderFault(bundle);
      if (fault !== undefined) return E.left(fault);
      return isSpelt(canonicalize, bundle, text)
        ? E.right(bundle)
        : E.left(malformed('(whole)', 'must be spelt as RFC 8785 says'));
    }),
  );
};
