import * as E from 'fp-ts/lib/Either.js';
import type { HostRejection } from './commands.js';
import type { CertifiedKey, HostState } from './state.js';

/** The host's certified AK, if the host may attest with the one named. */
export const readiness = (state: HostState, akName: string): E.Either<HostRejection, CertifiedKey> => {
  if (state.status === 'unknown') return E.left({ _tag: 'HostNotEnrolled' });
  if (state.status === 'retired') return E.left({ _tag: 'HostRetired' });
  if (state.attestationKey === undefined) return E.left({ _tag: 'AttestationKeyNotCertified' });
  return state.attestationKey.akName === akName
    ? E.right(state.attestationKey)
    : E.left({ _tag: 'AttestationKeyReplaced', certified: state.attestationKey.akName });
};
