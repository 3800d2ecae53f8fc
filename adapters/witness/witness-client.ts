import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import type { VerifyEd25519 } from '../../domain/ports.js';
import { formatAddCheckpoint, parseSizeAnswer, SIZE_CONTENT_TYPE } from '../../domain/transparency/add-checkpoint.js';
import type { ProveConsistency, WitnessFault } from '../../domain/transparency/cosigner.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import { type NoteSignature, parseNote, parseSignatureLines } from '../../domain/transparency/note.js';
import { openNote } from '../../domain/transparency/open-note.js';
import type { PolicyWitness } from '../../domain/transparency/witness-policy.js';
import { type HttpAnswer, post } from '../net/bounded-fetch.js';

const MOST_ANSWER_BYTES = 65_536;
const ATTEMPTS = 4;
const FIRST_PAUSE_MILLIS = 200;

export interface WitnessClientOptions {
  readonly verifyEd25519: VerifyEd25519;
  readonly witness: PolicyWitness & { readonly url: string };
  readonly timeoutMillis: number;
}

/** Submits to one witness and remembers which size it knows. */
export type WitnessClient = (
  signed: SignedCheckpoint,
  prove: ProveConsistency,
  signal: AbortSignal,
) => Promise<E.Either<WitnessFault, ReadonlyArray<NoteSignature>>>;

/** Lines of other keys are ignored, as the protocol says; one of the witness's own key must be there and be valid. */
const readCosignatures = (
  { verifyEd25519, witness }: WitnessClientOptions,
  signed: SignedCheckpoint,
  body: Uint8Array,
): E.Either<WitnessFault, ReadonlyArray<NoteSignature>> => {
  const invalid = (rule: string): E.Either<WitnessFault, never> => E.left({ _tag: 'WitnessAnswerInvalid', rule });
  const lines = parseSignatureLines(fromUtf8(body) ?? '');
  if (E.isLeft(lines)) return invalid(`${lines.left.field} ${lines.left.rule}`);
  const note = parseNote(signed.bytes);
  if (E.isLeft(note)) return invalid('the checkpoint can not be read');
  const opened = openNote(verifyEd25519, [witness.key], { text: note.right.text, signatures: lines.right });
  if (E.isLeft(opened)) return invalid(opened.left._tag);
  const stamped = opened.right.signatures.filter(({ time = 0 }) => time > 0);
  return stamped.length > 0 ? E.right(stamped.slice(0, 1).map(({ line }) => line)) : invalid('must have a time');
};

type Step =
  | { readonly _tag: 'Again'; readonly oldSize: number }
  | { readonly _tag: 'Later'; readonly fault: WitnessFault };

const isPassingStatus = (status: number): boolean => status === 429 || status >= 500;

const readAnswer = (
  options: WitnessClientOptions,
  signed: SignedCheckpoint,
  { status, contentType, body }: HttpAnswer,
): E.Either<WitnessFault | Step, ReadonlyArray<NoteSignature>> => {
  if (status === 200) return readCosignatures(options, signed, body);
  if (isPassingStatus(status)) return E.left({ _tag: 'Later', fault: { _tag: 'WitnessRefused', status } });
  const size =
    status === 409 && contentType.startsWith(SIZE_CONTENT_TYPE) ? parseSizeAnswer(fromUtf8(body) ?? '') : undefined;
  if (size === undefined) return E.left({ _tag: 'WitnessRefused', status });
  return E.left(size > signed.checkpoint.size ? { _tag: 'WitnessAhead', size } : { _tag: 'Again', oldSize: size });
};

/** Longer after each attempt, and never the same for all clients of a witness that comes back. */
const pauseBefore = (attempt: number): number => FIRST_PAUSE_MILLIS * 2 ** attempt * (0.5 + Math.random());

/** A client without memory: a witness that knows another size says so, and the next attempt starts from there. */
export const createWitnessClient = (options: WitnessClientOptions): WitnessClient => {
  const { witness, timeoutMillis } = options;
  const url = `${witness.url.replace(/\/+$/, '')}/add-checkpoint`;
  let knownSize = 0;

  const attempt = async (
    signed: SignedCheckpoint,
    prove: ProveConsistency,
    signal: AbortSignal,
  ): Promise<E.Either<WitnessFault | Step, ReadonlyArray<NoteSignature>>> => {
    const oldSize = Math.min(knownSize, signed.checkpoint.size);
    const proof = await prove(oldSize, signed.checkpoint.size)();
    if (E.isLeft(proof)) return proof;
    const body = formatAddCheckpoint(oldSize, proof.right, signed.bytes);
    const answer = await post(url, body, { millis: timeoutMillis, mostBytes: MOST_ANSWER_BYTES, signal })();
    return pipe(
      answer,
      E.mapLeft(({ detail }): WitnessFault | Step => ({
        _tag: 'Later',
        fault: { _tag: 'WitnessUnreachable', detail },
      })),
      E.flatMap((got) => readAnswer(options, signed, got)),
    );
  };

  return async (signed, prove, signal) => {
    let fault: WitnessFault = { _tag: 'WitnessUnreachable', detail: 'not tried' };
    for (let tried = 0; tried < ATTEMPTS && !signal.aborted; tried++) {
      const result = await attempt(signed, prove, signal);
      if (E.isRight(result)) {
        knownSize = signed.checkpoint.size;
        return result;
      }
      const step = result.left;
      if (step._tag === 'Again') {
        knownSize = step.oldSize;
        fault = { _tag: 'WitnessRefused', status: 409 };
      } else if (step._tag === 'Later') {
        fault = step.fault;
        if (tried + 1 < ATTEMPTS) await sleep(pauseBefore(tried), undefined, { signal }).catch(() => undefined);
      } else return E.left(step);
    }
    return E.left(fault);
  };
};
