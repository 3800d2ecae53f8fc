import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import { fromBase64, toHex, utf8 } from '../encoding/bytes.js';
import { bindEndorsementKey } from '../endorsement-key/bind-endorsement-key.js';
import { bindingStream, type EndorsementKeyTaken } from '../endorsement-key/decider.js';
import type { Executed, ExecuteFault, Prepared } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoreError } from '../ports.js';
import { type DocumentFault, loadBlob } from '../reference/load-reference-values.js';
import { referenceStream } from '../reference/state.js';
import { type Activation, type ActivationFault, openActivation } from './activation.js';
import { type CheckedOffer, checkOffer } from './check-offer.js';
import type { HostCommand, HostRejection } from './commands.js';
import type { HostEvent } from './events.js';
import { executeHost, hostActor } from './host-stream.js';
import type { KeysUnfit, OfferedKeys } from './judge-keys.js';
import type { CertifiedKey, HostState } from './state.js';

export interface FinishActivationInput {
  readonly host: string;
  /** From `startActivation`. */
  readonly activation: string;
  /** What the TPM gave for the credential. */
  readonly secret: Uint8Array;
}

export interface CertifiedAttestationKey {
  readonly akName: string;
  /** Undefined: it was certified already, and nothing was recorded. */
  readonly index: number | undefined;
  readonly revision: number;
}

type PrepareFault =
  | HostRejection
  | KeysUnfit
  | LoadFault
  | DocumentFault
  | StoreError
  | EndorsementKeyTaken
  | ExecuteFault;
export type FinishActivationFault = ActivationFault | PrepareFault;

interface Proven {
  readonly input: FinishActivationInput;
  readonly activation: Activation;
  readonly commandId: string;
}

const offeredKeys = (deps: AuthorityDeps, { activation }: Proven): TE.TaskEither<DocumentFault, OfferedKeys> => {
  const { ekCertificate, intermediates } = activation;
  return pipe(
    [...(ekCertificate === null ? [] : [ekCertificate]), ...intermediates],
    TE.traverseArray((digest) => loadBlob(deps, digest)),
    TE.map((blobs) => ({
      akPublic: fromBase64(activation.akPublic),
      ekPublic: fromBase64(activation.ekPublic),
      ekCertificate: ekCertificate === null ? undefined : blobs[0],
      intermediates: ekCertificate === null ? blobs : blobs.slice(1),
    })),
  );
};

const keyOf = (
  deps: AuthorityDeps,
  { input, activation }: Proven,
  { keys }: CheckedOffer,
  areas: ReadonlyArray<string>,
): CertifiedKey => ({
  akName: keys.akName,
  akPublic: areas[0] ?? '',
  endorsementKey: keys.endorsementKey,
  ekPublic: areas[1] ?? '',
  ekCertificate: activation.ekCertificate,
  intermediates: activation.intermediates,
  tpm: keys.tpm,
  activation: toHex(deps.hashing.hash('sha256', utf8(input.activation))),
  activationExpires: activation.expires,
});

/** Judged again by today's reference values; the endorsement key is the host's before the AK is. */
const prepare = (deps: AuthorityDeps, proven: Proven): TE.TaskEither<PrepareFault, Prepared<HostCommand>> => {
  const { host } = proven.input;
  const request = { by: hostActor(host), commandId: proven.commandId };
  return pipe(
    TE.Do,
    TE.bind('offered', () => offeredKeys(deps, proven)),
    TE.bindW('offer', ({ offered }) => checkOffer(deps, host, offered)),
    TE.bindW('bound', ({ offer }) => bindEndorsementKey(deps)(request, offer.keys.endorsementKey, host)),
    TE.bindW('areas', () =>
      pipe(
        [proven.activation.akPublic, proven.activation.ekPublic],
        TE.traverseArray((area) => deps.evidence.put(fromBase64(area))),
      ),
    ),
    TE.map(({ offer, bound, areas }) => ({
      command: { type: 'CertifyAttestationKey', now: deps.clock.now(), key: keyOf(deps, proven, offer, areas) },
      basis: {
        [bindingStream(offer.keys.endorsementKey)]: bound.revision,
        ...(offer.reference < 0 ? {} : { [referenceStream(deps.group)]: offer.reference }),
      },
    })),
  );
};

/**
 * Second step of certifying an AK: the secret proves that one TPM holds both keys. Safe to repeat with the same answer;
 * an activation counts once.
 */
export const finishActivation =
  (deps: AuthorityDeps) =>
  (input: FinishActivationInput): TE.TaskEither<FinishActivationFault, CertifiedAttestationKey> =>
    pipe(
      TE.fromEither(
        openActivation(deps, input.host, { token: input.activation, secret: input.secret }, deps.clock.now()),
      ),
      TE.flatMap((activation): TE.TaskEither<PrepareFault, Executed<HostState, HostEvent>> => {
        const { host } = input;
        const commandId = deps.random.uuid();
        const proven = { input, activation, commandId };
        return executeHost(deps)<PrepareFault>({
          host,
          commandId,
          actor: hostActor(host),
          prepare: () => prepare(deps, proven),
        });
      }),
      TE.map(({ events, state, revision }) => ({
        akName: state.attestationKey?.akName ?? '',
        index: events[0]?.index,
        revision,
      })),
    );
