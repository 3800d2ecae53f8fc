import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { printable } from '../../domain/appraisal/reason-codes.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import type { Certificate } from '../../domain/ports.js';
import { nodeCertificates } from '../crypto/node/certificates.js';
import { pemOf } from '../crypto/pem-text.js';
import { pemBlocks } from './pem-blocks.js';

const MOST_CERTIFICATES = 1024;

/** A CA with what it vouches for in the same file, root first. */
export interface FoundChain {
  readonly name: string;
  readonly subject: string;
  readonly count: number;
  /** PEM, as the authority takes it. */
  readonly chain: string;
}

const commonName = ({ subject }: Certificate): string => printable(/CN=([^,+]+)/.exec(subject)?.[1] ?? subject, 100);

/** Everything below a root, those nearer to it first; each certificate goes to every root that it leads to. */
const below = (root: Certificate, others: ReadonlyArray<Certificate>): ReadonlyArray<Certificate> => {
  const chain = [root];
  for (const issuer of chain) {
    for (const each of others) {
      if (each.issuer === issuer.subject && !chain.includes(each)) chain.push(each);
    }
  }
  return chain;
};

const chainOf = (name: string, certificates: ReadonlyArray<Certificate>): FoundChain => ({
  name: name.slice(0, 128),
  subject: printable(certificates[0]?.subject ?? '', 512),
  count: certificates.length,
  chain: certificates.map(({ der }) => pemOf('CERTIFICATE', der)).join(''),
});

const grouped = (
  stem: string,
  certificates: ReadonlyArray<Certificate>,
): E.Either<string, ReadonlyArray<FoundChain>> => {
  const distinct = [...new Map(certificates.map((each) => [each.sha256, each])).values()];
  const roots = distinct.filter(({ selfIssued }) => selfIssued);
  const others = distinct.filter(({ selfIssued }) => !selfIssued);
  if (roots.length === 0) return E.right([chainOf(stem, distinct)]);
  const chains = roots.map((root) => below(root, others));
  const stray = others.find((each) => chains.every((chain) => !chain.includes(each)));
  if (stray !== undefined) return E.left(`holds ${commonName(stray)}, which leads to none of the roots in it`);
  return E.right(
    chains.map((chain, i) => {
      const [root] = chain;
      const name = chains.length === 1 || root === undefined ? stem : `${stem} ${String(i + 1)} ${commonName(root)}`;
      return chainOf(name, chain);
    }),
  );
};

/** The CA chains of a PEM file: one for each root. Without a root, the file as it is, its first certificate on top. */
export const caChainsOf = (stem: string, bytes: Uint8Array): E.Either<string, ReadonlyArray<FoundChain>> =>
  pipe(
    E.fromNullable('is not PEM')(fromUtf8(bytes)),
    E.flatMap((text) => pemBlocks(text, MOST_CERTIFICATES)),
    E.flatMap(
      E.traverseArray(({ label, der, line }) =>
        label === 'CERTIFICATE'
          ? pipe(
              nodeCertificates.parse(der),
              E.mapLeft((rule) => `line ${String(line)} begins one that ${rule}`),
            )
          : E.left(`line ${String(line)} begins a public key: a CA needs its certificate`),
      ),
    ),
    E.flatMap((certificates) => grouped(stem, certificates)),
  );
