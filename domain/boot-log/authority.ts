import { toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { CheckedMeasurement } from './check-measurements.js';
import type { Authority, SignatureEntry } from './claims.js';
import { looksLikeCertificate, subjectOf, toBeSignedOf } from './der-certificate.js';
import { EFI_IMAGE_SECURITY_DATABASE, parseUefiVariable, SHIM_LOCK, type UefiVariable } from './uefi-variable.js';

const OWNER = 16;
const HASH = 32;

/** What EV_EFI_VARIABLE_AUTHORITY names, before it is looked up in db and dbx. */
export interface AuthorityRead {
  readonly claim: Omit<Authority, 'inDb'>;
  /** Taken from the firmware's own db. */
  readonly isDb: boolean;
  /** The kind of list entry that it could be. */
  readonly entryKind: SignatureEntry['kind'];
  /** Undefined: no certificate. */
  readonly toBeSigned: Uint8Array | undefined;
}

/** A certificate, bare (older shim) or behind its owner (EFI_SIGNATURE_DATA). */
const certificateIn = (value: Uint8Array): Uint8Array | undefined => {
  if (looksLikeCertificate(value)) return value;
  const owned = value.subarray(OWNER);
  return looksLikeCertificate(owned) ? owned : undefined;
};

const content = (hashing: Hashing, value: Uint8Array, list: boolean) => {
  const certificate = certificateIn(value);
  if (certificate !== undefined) {
    return {
      kind: 'certificate',
      sha256: toHex(hashing.hash('sha256', certificate)),
      subject: subjectOf(certificate),
      toBeSigned: toBeSignedOf(certificate),
    } as const;
  }
  const isHash = list && value.length === OWNER + HASH;
  const sha256 = isHash ? toHex(value.subarray(OWNER)) : toHex(hashing.hash('sha256', value));
  return { kind: isHash ? 'hash' : 'variable', sha256, subject: undefined, toBeSigned: undefined } as const;
};

const ENTRY_KINDS = { certificate: 'x509', hash: 'sha256', variable: 'other' } as const;

const fromSignatureList = ({ guid, name }: UefiVariable): boolean =>
  guid === EFI_IMAGE_SECURITY_DATABASE || (guid === SHIM_LOCK && name.startsWith('MokList'));

/** Undefined: not what the type promises. Bytes behind the value occur only with shim's quirk, so they need its form. */
export const readAuthority = (
  hashing: Hashing,
  { entry, form }: CheckedMeasurement,
  separated: boolean,
): AuthorityRead | undefined => {
  const variable = parseUefiVariable(entry);
  if (variable === undefined || (variable.trailing > 0 && form?.name !== 'data-without-last-byte')) return undefined;
  const { kind, sha256, subject, toBeSigned } = content(hashing, variable.value, fromSignatureList(variable));
  return {
    claim: { variable: variable.name, sha256, kind, subject, beforeSeparator: !separated, event: entry.index },
    isDb: variable.guid === EFI_IMAGE_SECURITY_DATABASE && variable.name === 'db',
    entryKind: ENTRY_KINDS[kind],
    toBeSigned,
  };
};
