import * as E from 'fp-ts/lib/Either.js';
import { plusSeconds } from '../encoding/instant.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import type { AccessEvent } from './events.js';
import type { AccessState } from './state.js';

type Decided = E.Either<AccessRejection, ReadonlyArray<AccessEvent>>;
type Of<T extends AccessCommand['type']> = Extract<AccessCommand, { readonly type: T }>;

const MOST_PRINCIPALS = 256;

const record = (event: AccessEvent): Decided => E.right([event]);
const unknown = (name: string): Decided => E.left({ _tag: 'PrincipalUnknown', name });

/** One of each issuer, and no name that a token issuer has: a subject's name says whose word it is. */
const trust = (command: Of<'TrustPrincipal'>, { principals, issuers }: AccessState): Decided => {
  const { name, issuer, holder, tokens, chain } = command;
  const twin = [...principals.values()].find((each) => each.name === name || each.issuer === issuer);
  if (twin !== undefined) return E.left({ _tag: 'PrincipalExists', name: twin.name });
  const other = [...issuers.values()].find(({ settings }) => settings.name === name || settings.issuer === issuer);
  if (other !== undefined) return E.left({ _tag: 'TokenIssuerTwice', name: other.settings.name });
  return principals.size >= MOST_PRINCIPALS
    ? E.left({ _tag: 'TooManyPrincipals', most: MOST_PRINCIPALS })
    : record({ type: 'PrincipalTrusted', data: { name, issuer, holder, tokens, chain } });
};

const replace = (command: Of<'ReplacePrincipalCertificates'>, { principals }: AccessState): Decided => {
  const { name, chain, overlapSeconds, now } = command;
  const held = principals.get(name);
  if (held === undefined) return unknown(name);
  if (held.chain.certificates.join() === chain.certificates.join()) return E.right([]);
  const previousUntil = overlapSeconds === 0 ? null : plusSeconds(now, overlapSeconds);
  return record({ type: 'PrincipalCertificatesReplaced', data: { name, chain, previousUntil } });
};

/** Which parts of the workload side are known, and by which certificates. */
export const decidePrincipal = (
  command: Of<'TrustPrincipal' | 'ReplacePrincipalCertificates' | 'RemovePrincipal'>,
  state: AccessState,
): Decided => {
  switch (command.type) {
    case 'TrustPrincipal':
      return trust(command, state);
    case 'ReplacePrincipalCertificates':
      return replace(command, state);
    case 'RemovePrincipal':
      return state.principals.has(command.name)
        ? record({ type: 'PrincipalRemoved', data: { name: command.name, reason: command.reason } })
        : unknown(command.name);
  }
};
