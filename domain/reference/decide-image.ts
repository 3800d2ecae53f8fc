import * as E from 'fp-ts/lib/Either.js';
import { mayBeOnePerson } from '../access/state.js';
import type { ReferenceCommand, ReferenceRejection } from './commands.js';
import type { ReferenceEvent } from './events.js';
import type { ReferenceState } from './state.js';

type Decided = E.Either<ReferenceRejection, ReadonlyArray<ReferenceEvent>>;
type Of<T extends ReferenceCommand['type']> = Extract<ReferenceCommand, { readonly type: T }>;

const unknown = (name: string): Decided => E.left({ _tag: 'ReferenceUnknown', kind: 'base-image', name });

/** A version is free when nobody proposed it, or when what it named was withdrawn. */
const propose = (command: Of<'ProposeBaseImage'>, state: ReferenceState): Decided => {
  const { version, digest, kind, displayName, bank } = command;
  const entry = state.images.get(version);
  return entry === undefined || entry.status === 'withdrawn'
    ? E.right([{ type: 'BaseImageProposed', data: { version, digest, kind, displayName, bank } }])
    : E.left({ _tag: 'AlreadyExists', kind: 'base-image', name: version });
};

const approve = (command: Of<'ApproveBaseImage'>, state: ReferenceState): Decided => {
  const { by, version, digest, persons, alone } = command;
  const entry = state.images.get(version);
  if (entry === undefined) return unknown(version);
  if (entry.status !== 'proposed') return E.left({ _tag: 'NoOpenProposal', version, status: entry.status });
  if (!alone && mayBeOnePerson({ persons }, entry.proposer, by.subject))
    return E.left({ _tag: 'SameOperator', version });
  return digest !== undefined && digest !== entry.digest
    ? E.left({ _tag: 'DigestMismatch', version, expected: digest, actual: entry.digest })
    : E.right([{ type: 'BaseImageApproved', data: { version, digest: entry.digest } }]);
};

const withdraw = ({ version, reason }: Of<'WithdrawBaseImage'>, state: ReferenceState): Decided => {
  const entry = state.images.get(version);
  if (entry === undefined) return unknown(version);
  return entry.status === 'withdrawn'
    ? E.left({ _tag: 'NoOpenProposal', version, status: 'withdrawn' })
    : E.right([{ type: 'BaseImageWithdrawn', data: { version, digest: entry.digest, reason } }]);
};

/** Proposed by one person, approved by another, or, the glass broken, by the same one; withdrawn by any one, because stopping must never wait for a second. */
export const decideImage = (
  command: Of<'ProposeBaseImage' | 'ApproveBaseImage' | 'WithdrawBaseImage'>,
  state: ReferenceState,
): Decided => {
  switch (command.type) {
    case 'ProposeBaseImage':
      return propose(command, state);
    case 'ApproveBaseImage':
      return approve(command, state);
    case 'WithdrawBaseImage':
      return withdraw(command, state);
  }
};
