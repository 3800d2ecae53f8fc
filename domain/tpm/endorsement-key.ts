import { toHex } from '../encoding/bytes.js';
import { attributeFaults, type KeyFault, keyBitsOf, strengthFaults } from './object-attributes.js';
import type { TpmPublic } from './public-area.js';

/** An endorsement key protects with AES-128 or AES-256 in CFB mode. */
export type EkFault = KeyFault | { readonly _tag: 'CipherUnfit' };

/** Default templates of the TCG EK Credential Profile 2.5, B.3 (low range) and B.4 (high range). */
export type EkTemplate = 'L-1' | 'L-2' | 'H-1' | 'H-2' | 'H-3' | 'H-4' | 'H-6' | 'H-7';

interface Template {
  readonly name: EkTemplate;
  readonly type: 'rsa' | 'ecc';
  readonly bits: number;
  readonly nameAlg: TpmPublic['nameAlg'];
  readonly aesBits: number;
  readonly attributes: number;
  readonly policy: string;
}

/** fixedTPM, fixedParent, sensitiveDataOrigin, adminWithPolicy, restricted, decrypt; the high range userWithAuth too. */
const LOW = 0x000300b2;
const HIGH = 0x000300f2;
/** PolicySecret(ENDORSEMENT); and in the high range that or the owner's choice in NV. */
const POLICY_A = '837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa';
const POLICY_B_256 = 'ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0';
const POLICY_B_384 = 'b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12';
const POLICY_B_512 =
  'b8221ca69e8550a4914de3faa6a18c072cc01208073a928d5d66d59ef79e49a429c41a6b269571d57edb25fbdb1838425608b413cd616a5f6db5b6071af99bea';

const TEMPLATES: ReadonlyArray<Template> = [
  { name: 'L-1', type: 'rsa', bits: 2048, nameAlg: 'sha256', aesBits: 128, attributes: LOW, policy: POLICY_A },
  { name: 'L-2', type: 'ecc', bits: 256, nameAlg: 'sha256', aesBits: 128, attributes: LOW, policy: POLICY_A },
  { name: 'H-1', type: 'rsa', bits: 2048, nameAlg: 'sha256', aesBits: 128, attributes: HIGH, policy: POLICY_B_256 },
  { name: 'H-2', type: 'ecc', bits: 256, nameAlg: 'sha256', aesBits: 128, attributes: HIGH, policy: POLICY_B_256 },
  { name: 'H-3', type: 'ecc', bits: 384, nameAlg: 'sha384', aesBits: 256, attributes: HIGH, policy: POLICY_B_384 },
  { name: 'H-4', type: 'ecc', bits: 521, nameAlg: 'sha512', aesBits: 256, attributes: HIGH, policy: POLICY_B_512 },
  { name: 'H-6', type: 'rsa', bits: 3072, nameAlg: 'sha384', aesBits: 256, attributes: HIGH, policy: POLICY_B_384 },
  { name: 'H-7', type: 'rsa', bits: 4096, nameAlg: 'sha384', aesBits: 256, attributes: HIGH, policy: POLICY_B_384 },
];

const isAesCfb = (ek: TpmPublic, bits: number): boolean =>
  ek.symmetric?.algorithm === 'aes' && ek.symmetric.mode === 'cfb' && ek.symmetric.keyBits === bits;

const follows = (ek: TpmPublic, template: Template): boolean =>
  ek.type === template.type &&
  keyBitsOf(ek) === template.bits &&
  ek.nameAlg === template.nameAlg &&
  ek.attributes === template.attributes &&
  ek.scheme.scheme === 'null' &&
  isAesCfb(ek, template.aesBits) &&
  toHex(ek.authPolicy) === template.policy;

/** The default template that this key was made from; undefined for a key of another making, which is no fault in itself. */
export const ekTemplateOf = (ek: TpmPublic): EkTemplate | undefined =>
  TEMPLATES.find((template) => follows(ek, template))?.name;

/**
 * Why this is no endorsement key: only a storage key that the TPM made and keeps, and that signs nothing, opens a
 * credential for nobody but that TPM (TPM 2.0 Part 1, 24.3).
 */
export const endorsementKeyFaults = (ek: TpmPublic): ReadonlyArray<EkFault> => [
  ...attributeFaults(ek, ['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'restricted', 'decrypt'], ['sign']),
  ...strengthFaults(ek),
  ...(ek.scheme.scheme === 'null' ? [] : [{ _tag: 'SchemeUnfit', scheme: ek.scheme.scheme } as const]),
  ...(isAesCfb(ek, 128) || isAesCfb(ek, 256) ? [] : [{ _tag: 'CipherUnfit' } as const]),
];
