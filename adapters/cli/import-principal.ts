import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Recorded } from '../http/codecs/answers.js';
import type { TrustedPrincipalFile } from '../import/trusted-principal.js';
import { type CliFailure, EXIT } from './failure.js';
import type { Online } from './online.js';

interface FoundPrincipal {
  readonly path: string;
  readonly principal: TrustedPrincipalFile;
}

/** As principals may be called: small letters, digits and hyphens, at most 32. */
const nameOf = (name: string): string => {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+/g, '')
    .slice(0, 32);
  return plain.replaceAll(/-+$/g, '') || 'principal';
};

export interface ImportedPrincipal {
  readonly path: string;
  readonly name: string;
  readonly why: string | null;
}

/** Trusts it; what is refused is told, and keeps the others not out. */
export const importPrincipal =
  ({ client }: Online) =>
  ({ path, principal }: FoundPrincipal): TE.TaskEither<CliFailure, ImportedPrincipal> => {
    const { issuer, holder, chain } = principal;
    const name = nameOf(principal.name);
    const body = { name, issuer, holder, chain };
    return pipe(
      client.call({ operation: 'trustPrincipal', method: 'POST', path: '/v1/principals', body }, Recorded),
      TE.map((): ImportedPrincipal => ({ path, name, why: null })),
      TE.orElse(
        (failure): TE.TaskEither<CliFailure, ImportedPrincipal> =>
          failure.exit === EXIT.unavailable ? TE.left(failure) : TE.right({ path, name, why: failure.message }),
      ),
    );
  };
