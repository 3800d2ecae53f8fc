import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { ListUpTo, Text } from '../../domain/encoding/primitives.js';
import { faultsText } from '../text/faults-text.js';
import { Pem } from '../text/pem-text.js';

/** What `Export-TrustedPrincipal` writes: who asks on the workload side, and how its tokens are signed. */
export interface TrustedPrincipalFile {
  /** The name of its vCenter. */
  readonly name: string;
  readonly issuer: string;
  readonly holder: { readonly kind: 'user' | 'group'; readonly name: string };
  /** PEM, in the order of the file. */
  readonly chain: string;
}

/** A foreign format: what else is in it is passed over. */
const PrincipalFile = t.type(
  {
    name: Text(256),
    issuer: Text(1024),
    principal: t.type(
      { id: t.type({ name: Text(256), domain: Text(256) }), type: t.keyof({ STS_USER: null, STS_GROUP: null }) },
      'principal',
    ),
    certificates: ListUpTo(t.type({ cert_chain: ListUpTo(Pem, 16) }, 'certificate chain'), 16),
  },
  'TrustedPrincipal',
);

const DEEPEST = 8;

/** Writers spell one field `cert_chain`, `certChain` or `CertChain`: here it is always the first. */
const spelled = (value: unknown, depth: number): unknown => {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((each) => spelled(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const plain = key.replaceAll('_', '').toLowerCase();
      return [plain === 'certchain' ? 'cert_chain' : plain, spelled(each, depth + 1)];
    }),
  );
};

/** Left: the rule that the file breaks. */
export const readTrustedPrincipal = (bytes: Uint8Array): E.Either<string, TrustedPrincipalFile> =>
  pipe(
    E.fromNullable('is not text in UTF-8')(fromUtf8(bytes)),
    E.flatMap((text) =>
      pipe(
        parseJson(text),
        E.mapLeft(({ rule }) => rule),
      ),
    ),
    E.flatMap((json) =>
      pipe(
        decode(PrincipalFile)(spelled(json, 0)),
        E.mapLeft(({ faults }) => faultsText(faults)),
      ),
    ),
    E.flatMap(({ name, issuer, principal: { id, type }, certificates }) => {
      const [only, ...others] = certificates;
      if (only === undefined || others.length > 0) return E.left('must hold exactly one certificate chain');
      const kind = type === 'STS_USER' ? 'user' : 'group';
      const chain = only.cert_chain.map((pem) => `${pem.trim()}\n`).join('');
      return E.right({ name, issuer, holder: { kind, name: `${id.name}@${id.domain}` } as const, chain });
    }),
  );
