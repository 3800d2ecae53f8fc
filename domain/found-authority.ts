import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { changeApprovalPolicy, grantOperator } from './access/change-operators.js';
import type { AccessRejection } from './access/commands.js';
import type { OperatorRole } from './access/operator-role.js';
import type { OwnToken } from './access/own-token.js';
import type { ApprovalPolicy } from './access/state.js';
import type { AttestationPolicy } from './appraisal/policy.js';
import type { AuthorityDeps } from './authority-deps.js';
import { toBase64 } from './encoding/bytes.js';
import { type AuthorityRejection, type AuthorityState, authorityDecider, type NamedKey } from './ledger/authority.js';
import { type AuthorityEvent, authorityCatalogue } from './ledger/authority-events.js';
import type { Actor } from './ledger/envelope.js';
import { type Executed, type ExecuteFault, execute } from './ledger/execute.js';
import { AUTHORITY_STREAM, kidOf } from './ledger/keyring.js';
import type { StateCache } from './ledger/state-cache.js';
import type { EventSigner, Hashing } from './ports.js';
import { changePolicy } from './reference/change-reference.js';
import type { ReferenceRejection } from './reference/commands.js';

export interface Founding {
  readonly name: string;
  readonly policy: AttestationPolicy;
  /** What takes two people from the first entry on; undefined: what nobody named yet. */
  readonly approvals?: ApprovalPolicy | undefined;
  readonly operators: ReadonlyArray<{
    readonly subject: string;
    readonly role: OperatorRole;
    /** What opens the role; undefined: nothing of ours. */
    readonly token?: OwnToken;
  }>;
}

export interface FoundingDeps extends AuthorityDeps {
  /** Signs the authority's own stream, and nothing else. `signer` signs the rest. */
  readonly authoritySigner: EventSigner;
  readonly authorityPublicKey: Uint8Array;
  readonly eventPublicKey: Uint8Array;
  readonly otherKeys?: ReadonlyArray<NamedKey & { readonly purpose: 'token' | 'log' }>;
}

export type FoundingFault = AuthorityRejection | AccessRejection | ReferenceRejection | ExecuteFault;

const namedKey = (hashing: Hashing, publicKey: Uint8Array): NamedKey => ({
  kid: kidOf(hashing, publicKey),
  publicKey: toBase64(publicKey),
});

/** Founding happens once in a ledger's life: nothing to keep warm. */
const forgetful: StateCache<AuthorityState> = { get: () => undefined, set: () => undefined, drop: () => undefined };

const introduce = (
  deps: FoundingDeps,
  by: Actor,
  name: string,
): TE.TaskEither<AuthorityRejection | ExecuteFault, Executed<AuthorityState, AuthorityEvent>> => {
  const command = {
    type: 'FoundAuthority',
    name,
    group: deps.group,
    authorityKey: namedKey(deps.hashing, deps.authorityPublicKey),
    eventKey: namedKey(deps.hashing, deps.eventPublicKey),
    others: deps.otherKeys ?? [],
  } as const;
  return execute({ ...deps, signer: () => deps.authoritySigner })({
    decider: authorityDecider,
    catalogue: authorityCatalogue,
    cache: forgetful,
    stream: AUTHORITY_STREAM,
    commandId: deps.random.uuid(),
    actor: by,
    prepare: () => TE.right({ command, basis: {} }),
  });
};

/**
 * Begins a ledger: the authority and its event key, the first policy, the first operators. The answer's `authority` is the
 * key id to pin. An empty store is required; a founding that was cut short is begun anew in another one.
 */
export const foundAuthority =
  (deps: FoundingDeps) =>
  ({ name, policy, operators, approvals }: Founding): TE.TaskEither<FoundingFault, { readonly authority: string }> => {
    const authority = kidOf(deps.hashing, deps.authorityPublicKey);
    const by: Actor = { subject: `authority:${authority}`, role: 'authority' };
    const request = (): { readonly by: Actor; readonly commandId: string } => ({ by, commandId: deps.random.uuid() });
    return pipe(
      introduce(deps, by, name),
      TE.flatMap(() => changePolicy(deps)({ ...request(), policy })),
      TE.flatMap(() =>
        pipe(
          operators,
          TE.traverseSeqArray((operator) => grantOperator(deps)({ ...request(), ...operator })),
        ),
      ),
      TE.flatMap(() =>
        approvals === undefined ? TE.right(undefined) : changeApprovalPolicy(deps)({ ...request(), ...approvals }),
      ),
      TE.map(() => ({ authority })),
    );
  };
