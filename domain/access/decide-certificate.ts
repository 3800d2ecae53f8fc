import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { sameCertificates } from './client-certificate.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import type { AccessEvent } from './events.js';
import { isOwnName } from './own-name.js';
import { mayRole } from './roles.js';
import type { AccessState } from './state.js';
import { withinScopeOfHolder } from './within-own-scope.js';

type Decided = E.Either<AccessRejection, ReadonlyArray<AccessEvent>>;
type Of<T extends AccessCommand['type']> = Extract<AccessCommand, { readonly type: T }>;

const MOST_OF_ONE = 16;

const bind = (command: Of<'BindCertificate'>, state: AccessState): Decided => {
  const { id, subject, certificate } = command;
  if (!state.operators.has(subject)) return E.left({ _tag: 'OperatorUnknown', subject });
  if (!isOwnName(state, command.by, subject)) return E.left({ _tag: 'NotYourName', subject });
  const scoped = withinScopeOfHolder(state, command.by, subject);
  if (E.isLeft(scoped)) return scoped;
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
  if (by.subject !== held.subject && !mayRole(by.role, 'ManageOperators'))
    return E.left({ _tag: 'NotYourName', subject: held.subject });
  return pipe(
    withinScopeOfHolder(state, by, held.subject),
    E.map(() => [{ type: 'ClientCertificateReleased', data: { id, subject: held.subject, reason } }]),
  );
};

/** Which client certificates are whose. */
export const decideCertificate = (
  command: Of<'BindCertificate' | 'ReleaseCertificate'>,
  state: AccessState,
): Decided => (command.type === 'BindCertificate' ? bind(command, state) : release(command, state));
