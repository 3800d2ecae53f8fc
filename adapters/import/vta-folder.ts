import * as E from 'fp-ts/lib/Either.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { nodeCertificates } from '../crypto/node/certificates.js';
import { caChainsOf, type FoundChain } from './ca-chains.js';
import { endorsementKeysOf, type FoundKey, MOST_KEYS } from './endorsement-keys.js';
import { pemBlocks } from './pem-blocks.js';
import { type OldService, readServicesFile } from './services-file.js';
import { readTrustedPrincipal, type TrustedPrincipalFile } from './trusted-principal.js';

/** What a file of an export turned out to be. */
export type Exported =
  | { readonly kind: 'tpm-ca'; readonly chains: ReadonlyArray<FoundChain> }
  | { readonly kind: 'endorsement-key'; readonly keys: ReadonlyArray<FoundKey> }
  | { readonly kind: 'principal'; readonly principal: TrustedPrincipalFile }
  | { readonly kind: 'services'; readonly services: ReadonlyArray<OldService> }
  /** `why`: what to do with it instead, or what is wrong with it. */
  | { readonly kind: 'other'; readonly why: string };

const other = (why: string): Exported => ({ kind: 'other', why });

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A CA's certificate says that it is one. */
const isCa = (bytes: Uint8Array): boolean => {
  const blocks = pemBlocks(fromUtf8(bytes) ?? '', MOST_KEYS);
  if (E.isLeft(blocks)) return false;
  return blocks.right.every(({ label, der }) => {
    const parsed = label === 'CERTIFICATE' ? nodeCertificates.parse(der) : E.left('');
    return E.isRight(parsed) && parsed.right.basicConstraints?.ca === true;
  });
};

const looksLikeJson = (bytes: Uint8Array): boolean => /^\s*[{[]/.test(fromUtf8(bytes.subarray(0, 64)) ?? '');

const jsonOf = (bytes: Uint8Array): Exported => {
  const principal = readTrustedPrincipal(bytes);
  if (E.isRight(principal)) return { kind: 'principal', principal: principal.right };
  const services = readServicesFile(bytes);
  return E.isRight(services)
    ? { kind: 'services', services: services.right }
    : other(`is JSON, and no trusted principal: ${principal.left}; nor a services file: ${services.left}`);
};

/** Goes by what is in a file, not by its name. */
export const classify = (stem: string, bytes: Uint8Array): Exported => {
  if (isGzip(bytes))
    return other('may be an image database: make an image of it with sekisho base-image from-imgdb, and propose that');
  if (looksLikeJson(bytes)) return jsonOf(bytes);
  if (isCa(bytes)) {
    const chains = caChainsOf(stem, bytes);
    return E.isRight(chains) ? { kind: 'tpm-ca', chains: chains.right } : other(chains.left);
  }
  const keys = endorsementKeysOf(stem, bytes);
  return E.isRight(keys) ? { kind: 'endorsement-key', keys: keys.right } : other(keys.left);
};
