import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Hex, Instant, ListUpTo } from '../../domain/encoding/primitives.js';

const Body = t.record(t.string, t.unknown);

const Exchange = t.type({ at: Instant, host: t.string, path: t.string, body: Body });
export type Exchange = t.TypeOf<typeof Exchange>;

/**
 * What seven hosts sent over three days, recorded with real TPMs and boot logs (test/lab/record-sessions.ts). The challenges
 * were made with `challengeKey` for the recorded times: an authority with this key and clock takes the answers as live.
 */
const Recording = t.type({
  challengeKey: Hex(32),
  tpmCa: ListUpTo(t.string, 4),
  exchanges: ListUpTo(Exchange, 200),
  bootLogs: t.record(t.string, t.string),
});
export type Recording = t.TypeOf<typeof Recording>;

const MOST_BYTES = 8 << 20;

/** Beside the sources, also when this runs from the build. */
const file = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/') ? '../../../adapters/demo/recorded-week.json.gz' : 'recorded-week.json.gz',
    import.meta.url,
  ),
);

export const readRecording = (): Recording => {
  const text = gunzipSync(readFileSync(file), { maxOutputLength: MOST_BYTES }).toString('utf8');
  const read = pipe(parseJson(text), E.flatMap(decode(Recording)));
  if (E.isLeft(read)) throw new Error(`the recording does not fit this program: ${JSON.stringify(read.left)}`);
  return read.right;
};

/** The body as a host sends it: boot logs are kept once and named by digest in the recording. */
export const bodyOf = ({ bootLogs }: Recording, { body }: Exchange): Readonly<Record<string, unknown>> => {
  const { bootLog, ...rest } = body;
  return typeof bootLog === 'string' ? { ...rest, eventLog: bootLogs[bootLog] } : body;
};

export const isAttestation = ({ path }: Exchange): boolean => path.endsWith('/attestations');
