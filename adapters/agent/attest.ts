import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromHex, toBase64 } from '../../domain/encoding/bytes.js';
import type { AgentError } from './agent-error.js';
import { type AgentState, writeState } from './agent-state.js';
import type { Attester } from './attester.js';
import { readBootLog } from './boot-log-file.js';
import { certifyKey } from './certify-key.js';
import { heldKey, loadedContext, makeKey } from './held-key.js';
import { type Round, roundOf } from './key-access.js';
import { qualifyingData } from './qualifying-data.js';
import { quote } from './quote.js';
import { type TpmSession, withTpmSession } from './tpm-session.js';
import { eraseWrappingKey, makeWrappingKey } from './wrapping-key.js';

/** Codes that a new certification can cure: the authority knows the host, but not with this AK. */
const CURED_BY_CERTIFYING = new Set(['AttestationKeyNotCertified', 'AttestationKeyReplaced']);

const attestWith = (attester: Attester, session: TpmSession, state: AgentState): TE.TaskEither<AgentError, Round> => {
  const wrappingKey = makeWrappingKey();
  return pipe(
    TE.Do,
    // Whatever is slow comes before the challenge, which does not live long.
    TE.bind('context', () => loadedContext(attester, session, state)),
    TE.bind('eventLog', () => readBootLog(attester.eventLogPath)),
    TE.bind('challenge', () => attester.authority.challenge(state.akName)),
    TE.bind('quoted', ({ context, challenge: { nonce, pcrs } }) =>
      quote(session, context, {
        kind: state.attestationKeyKind,
        selections: [pcrs],
        qualifyingData: qualifyingData(fromHex(nonce), wrappingKey.publicKey),
      }),
    ),
    TE.flatMap(({ challenge, quoted, eventLog }) =>
      attester.authority.attest({
        akName: state.akName,
        nonce: challenge.nonce,
        quote: toBase64(quoted.attest),
        signature: toBase64(quoted.signature),
        pcrs: quoted.pcrs,
        eventLog: toBase64(eventLog),
        wrappingKey: toBase64(wrappingKey.publicKey),
      }),
    ),
    TE.bimap(
      (error) => {
        eraseWrappingKey(wrappingKey);
        return error;
      },
      (result) => roundOf(result, wrappingKey),
    ),
  );
};

const certifyAndAttest = (
  attester: Attester,
  session: TpmSession,
  state: AgentState,
): TE.TaskEither<AgentError, Round> =>
  pipe(
    certifyKey(attester, session, state),
    TE.flatMap((certified) => attestWith(attester, session, certified)),
  );

/** Each cure is tried once: whatever fails after it waits for the next round. */
const cured =
  (attester: Attester, session: TpmSession, state: AgentState) =>
  (error: AgentError): TE.TaskEither<AgentError, Round> => {
    if (error._tag === 'AttestationKeyLost') {
      attester.log({ level: 'warn', message: 'the TPM no longer accepts the attestation key: making a new one' });
      return pipe(
        makeKey(attester, session),
        TE.flatMap((made) => certifyAndAttest(attester, session, made)),
      );
    }
    if (error._tag === 'AuthorityRefused' && CURED_BY_CERTIFYING.has(error.code) && state.certified) {
      return pipe(
        writeState(attester.folder, { ...state, certified: false }),
        TE.flatMap((uncertified) => certifyAndAttest(attester, session, uncertified)),
      );
    }
    return TE.left(error);
  };

/** One round: an AK the authority knows, then evidence over its challenge. Right is a verdict, good or bad. */
export const attest = (attester: Attester): TE.TaskEither<AgentError, Round> =>
  withTpmSession(attester.tool, (session) =>
    pipe(
      heldKey(attester, session),
      TE.flatMap((state) =>
        pipe(
          state.certified ? attestWith(attester, session, state) : certifyAndAttest(attester, session, state),
          TE.orElse(cured(attester, session, state)),
        ),
      ),
    ),
  );
