import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import type { PublicKey } from '../../domain/ports.js';
import { publicKeyDigest } from '../../domain/tpm/endorsement-key-digest.js';
import { nodeCertificates } from '../crypto/node/certificates.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import { parsePublicKeyPem } from '../crypto/node/public-key-pem.js';
import { pemOf } from '../crypto/pem-text.js';
import { type PemBlock, pemBlocks } from './pem-blocks.js';

/** Ten thousand of them, several times over. */
export const MOST_KEYS = 100_000;

/** An endorsement key of a file, as the authority takes it. */
export interface FoundKey {
  readonly name: string;
  readonly publicKeyDigest: string;
  readonly form: { readonly certificate: string } | { readonly publicKey: string };
}

const keyOfCertificate = (der: Uint8Array): E.Either<string, PublicKey> =>
  pipe(
    nodeCertificates.parse(der),
    E.flatMap(({ publicKey }) => E.fromNullable('holds a key of a kind that no TPM has')(publicKey)),
  );

const keyOf = ({ label, der }: PemBlock): E.Either<string, PublicKey> =>
  label === 'CERTIFICATE' ? keyOfCertificate(der) : parsePublicKeyPem(pemOf(label, der));

const nameOf = (stem: string, position: number, count: number): string =>
  (count === 1 ? stem : `${stem} ${String(position + 1)}`).slice(0, 128);

const found = (stem: string, blocks: ReadonlyArray<PemBlock>): E.Either<string, ReadonlyArray<FoundKey>> =>
  pipe(
    blocks,
    E.traverseArrayWithIndex((i, block) =>
      pipe(
        keyOf(block),
        E.bimap(
          (rule) => `line ${String(block.line)} begins one that ${rule}`,
          (key) => ({
            name: nameOf(stem, i, blocks.length),
            publicKeyDigest: publicKeyDigest(nodeHashing, key),
            form:
              block.label === 'CERTIFICATE'
                ? { certificate: pemOf('CERTIFICATE', block.der) }
                : { publicKey: pemOf('PUBLIC KEY', block.der) },
          }),
        ),
      ),
    ),
  );

const looksLikeDer = (bytes: Uint8Array): boolean => bytes[0] === 0x30;

/** The endorsement keys of one file: any number in PEM, or one certificate in DER. `stem` names them. */
export const endorsementKeysOf = (stem: string, bytes: Uint8Array): E.Either<string, ReadonlyArray<FoundKey>> =>
  looksLikeDer(bytes)
    ? found(stem, [{ label: 'CERTIFICATE', der: bytes, line: 1 }])
    : pipe(
        E.fromNullable('is neither PEM nor a certificate in DER')(fromUtf8(bytes)),
        E.flatMap((text) => pemBlocks(text, MOST_KEYS)),
        E.flatMap((blocks) => found(stem, blocks)),
      );
