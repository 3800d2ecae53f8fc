import * as E from 'fp-ts/lib/Either.js';
import { sameCertificates } from './client-certificate.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import type { AccessEvent } from './events.js';
import { mayRole } from './roles.js';
import { type AccessState, mayBeOnePerson } from './state.js';

type Decided = E.Either<AccessRejection, ReadonlyArray<AccessEvent>>;
type Of<T extends AccessCommand['type']> = Extract<AccessCommand, { readonly type: T }>;

const MOST_OF_ONE = 16;

/**
 * Whoever binds a certificate to a name can act as that name from then on. So one may do it to one's own, or, giving names away, to
 * one that still counts as oneself; never to another person's.
 */
const isOwn = ({ by, subject }: Of<'BindCertificate'>, state: AccessState): boolean =>
  by.subject === subject || (mayRole(by.role, 'ManageOperators') && sameLedgerPerson(state, by.subject, subject));

/** Both operators of the ledger: of others it is never certain that they are one. */
const sameLedgerPerson = (state: AccessState, one: string, other: string): boolean =>
  state.operators.has(one) && state.operators.has(other) && mayBeOnePerson(state, one, other);

const bind = (command: Of<'BindCertificate'>, state: AccessState): Decided => {
  const { id, subject, certificate } = command;
  if (!state.operators.has(subject)) return E.left({ _tag: 'OperatorUnknown', subject });
  if (!isOwn(command, state)) return E.left({ _tag: 'NotYourName', subject });
  const held = [...state.certificates.values()];
  const taken = held.find((each) => sameCertificates(each.certificate, certificate));
  if (taken !== undefined)
    return taken.subject === subject ? E.right([]) : E.left({ _tag: 'CertificateTaken', subject: taken.subject });
  return held.filter((each) => each.subject === subject).length >= MOST_OF_ONE
    ? E.left({ _tag: 'TooManyCertificates', most: MOST_OF_ONE })
    : E.right([{ type: 'ClientCertificateBound', data: { id, subject, certificate } }]);
};

/** One's own, or, since stopping must be easy, anybody's for who may take roles away. */
const release = ({ by, id, reason }: Of<'ReleaseCertificate'>, state: AccessState): Decided => {
  const held = state.certificates.get(id);
  if (held === undefined) return E.left({ _tag: 'CertificateUnknown', id });
  return by.subject === held.subject || mayRole(by.role, 'ManageOperators')
    ? E.right([{ type: 'ClientCertificateReleased', data: { id, subject: held.subject, reason } }])
    : E.left({ _tag: 'NotYourName', subject: held.subject });
};

/** Which client certificates are whose. */
export const decideCertificate = (
  command: Of<'BindCertificate' | 'ReleaseCertificate'>,
  state: AccessState,
): Decided => (command.type === 'BindCertificate' ? bind(command, state) : release(command, state));
