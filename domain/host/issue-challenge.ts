import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import { toHex } from '../encoding/bytes.js';
import { plusSeconds } from '../encoding/instant.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { currentReference } from '../reference/reference-stream.js';
import { makeNonce } from './challenge.js';
import type { HostRejection } from './commands.js';
import { effective } from './decide-attestation.js';
import { currentHost } from './host-stream.js';
import { readiness } from './readiness.js';

export interface IssuedChallenge {
  /** Hex. The quote's qualifying data is made from it, see `qualifyingData`. */
  readonly nonce: string;
  readonly expiresAt: string;
  /** What a quote should cover; any other bank that policy allows will do as well. */
  readonly pcrs: { readonly bank: string; readonly indices: ReadonlyArray<number> };
}

/** Costs no memory and leaves no event. Anyone may ask; only the AK's TPM can answer. */
export const issueChallenge =
  (deps: AuthorityDeps) =>
  (input: {
    readonly host: string;
    readonly akName: string;
  }): TE.TaskEither<HostRejection | LoadFault, IssuedChallenge> =>
    pipe(
      currentHost(deps)(input.host),
      TE.tap(({ state }) => TE.fromEither(readiness(state, input.akName))),
      TE.flatMap(({ state: host }) =>
        pipe(
          currentReference(deps),
          TE.map(({ state }) => ({ state, now: effective(deps.clock.now(), host) })),
        ),
      ),
      TE.map(({ state, now }) => {
        const { pcrBanks, requiredPcrs } = state.policy;
        return {
          nonce: toHex(makeNonce(deps, input, now, deps.random.bytes(16))),
          expiresAt: plusSeconds(now, deps.settings.challengeLifetimeSeconds),
          pcrs: { bank: pcrBanks[0] ?? 'sha256', indices: [...requiredPcrs].sort((a, b) => a - b) },
        };
      }),
    );
