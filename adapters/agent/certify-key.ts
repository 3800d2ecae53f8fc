import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, toBase64 } from '../../domain/encoding/bytes.js';
import { activateCredential } from './activate-credential.js';
import type { AgentError } from './agent-error.js';
import { type AgentState, writeState } from './agent-state.js';
import type { Attester } from './attester.js';
import type { KeyOffer } from './authority.js';
import { type Endorsement, readEndorsement } from './endorsement-key.js';
import { loadedContext } from './held-key.js';
import type { TpmSession } from './tpm-session.js';

const offerOf = (attester: Attester, endorsement: Endorsement, state: AgentState): KeyOffer => ({
  ...(endorsement.certificate === undefined ? {} : { ekCertificate: toBase64(endorsement.certificate) }),
  ekPublic: toBase64(endorsement.publicArea),
  akPublic: state.akPublic,
  ...(attester.ekIssuers.length === 0 ? {} : { ekIssuers: attester.ekIssuers }),
});

/** Shows the authority that AK and EK live in one TPM, by a secret that only this TPM can decrypt. */
export const certifyKey = (
  attester: Attester,
  session: TpmSession,
  state: AgentState,
): TE.TaskEither<AgentError, AgentState> => {
  const kind = state.endorsementKeyKind;
  const endorsementKey = join(session.folder, 'certifying-ek.ctx');
  return pipe(
    TE.Do,
    TE.bind('attestationKey', () => loadedContext(attester, session, state)),
    TE.bind('endorsement', () => readEndorsement(session, endorsementKey, kind)),
    TE.bind('challenge', ({ endorsement }) => attester.authority.challengeKey(offerOf(attester, endorsement, state))),
    TE.bind('secret', ({ attestationKey, challenge }) =>
      activateCredential(
        session,
        { kind, endorsementKey, attestationKey },
        {
          credentialBlob: fromBase64(challenge.credentialBlob),
          encryptedSecret: fromBase64(challenge.encryptedSecret),
        },
      ),
    ),
    TE.flatMap(({ challenge, secret }) =>
      attester.authority.certifyKey({ activation: challenge.activation, secret: toBase64(secret) }),
    ),
    TE.flatMap(() => writeState(attester.folder, { ...state, certified: true })),
    TE.tapIO(() => () => attester.log({ level: 'info', message: 'attestation key certified', akName: state.akName })),
  );
};
