import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { nodeCertificates } from '../../crypto/node/certificates.js';

/** SHA-256 of each certificate, in order and each once; none where something is no certificate: the authority refuses it. */
export const pemDigests = (pems: ReadonlyArray<string>): ReadonlyArray<string> =>
  pipe(
    pems,
    E.traverseArray((pem) => nodeCertificates.parsePem(pem)),
    E.match(
      () => [],
      (lists) => [...new Set(lists.flat().map(({ sha256 }) => sha256))].sort(),
    ),
  );
