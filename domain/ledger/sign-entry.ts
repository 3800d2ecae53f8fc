import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { toBase64, utf8 } from '../encoding/bytes.js';
import { decode, type FieldFault } from '../encoding/explain.js';
import type { Canonicalize, EventSigner } from '../ports.js';
import { canonicalHalves, entryText, signingInput, type UnsignedEnvelope } from './canonical-form.js';
import { Envelope, MOST_ENTRY_BYTES, type SignedEntry } from './envelope.js';

/** Why an event can't be signed. Nothing was written. */
export type SignFault =
  | { readonly _tag: 'EntryNotCanonical'; readonly type: string; readonly rule: string }
  | { readonly _tag: 'EntryOversize'; readonly type: string; readonly size: number; readonly most: number }
  | { readonly _tag: 'EntryInvalid'; readonly type: string; readonly faults: ReadonlyArray<FieldFault> };

export interface SignedEnvelope extends SignedEntry {
  readonly envelope: Envelope;
}

const checkEnvelope = decode(Envelope);

/** Signs an event into the bytes that are stored, and refuses what reading would refuse. */
export const signEntry = (
  engines: { readonly canonicalize: Canonicalize; readonly signer: EventSigner },
  unsigned: UnsignedEnvelope,
): E.Either<SignFault, SignedEnvelope> =>
  pipe(
    canonicalHalves(engines.canonicalize, unsigned),
    E.mapLeft((rule): SignFault => ({ _tag: 'EntryNotCanonical', type: unsigned.type, rule })),
    E.flatMap((halves) => {
      const sig = toBase64(engines.signer.sign(signingInput(halves)));
      const bytes = utf8(entryText(halves, sig));
      return bytes.length > MOST_ENTRY_BYTES
        ? E.left<SignFault, never>({
            _tag: 'EntryOversize',
            type: unsigned.type,
            size: bytes.length,
            most: MOST_ENTRY_BYTES,
          })
        : pipe(
            checkEnvelope({ ...unsigned, sig }),
            E.bimap(
              (error): SignFault => ({ _tag: 'EntryInvalid', type: unsigned.type, faults: error.faults }),
              (envelope) => ({ id: envelope.id, bytes, envelope }),
            ),
          );
    }),
  );
