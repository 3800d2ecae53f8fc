import {
  AttributeValue,
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  Extension,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectDirectoryAttributes,
  id_ce_subjectKeyIdentifier,
  id_pe_authorityInfoAccess,
  KeyUsage,
  type Name,
  SubjectAlternativeName,
  SubjectDirectoryAttributes,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import { toHex } from '../../../domain/encoding/bytes.js';
import type { Certificate } from '../../../domain/ports.js';
import {
  Asn1Error,
  checkUniversal,
  childrenOf,
  contextOf,
  countOf,
  decode,
  type Element,
  read,
  TAGS,
  tagOf,
} from './asn1.js';
import { textOf } from './distinguished-name.js';

type Extensions = Pick<
  Certificate,
  | 'basicConstraints'
  | 'keyUsage'
  | 'extendedKeyUsage'
  | 'subjectKeyId'
  | 'authorityKeyId'
  | 'caIssuersUrls'
  | 'directoryNames'
  | 'tpmSpecificationFamily'
  | 'unhandledCritical'
>;

const CA_ISSUERS = '1.3.6.1.5.5.7.48.2';
const TPM_SPECIFICATION = '2.23.133.2.16';

/** Certificate policies restrict nothing where no policy is asked for (RFC 5280, 6.1.1: any-policy). */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  id_ce_subjectDirectoryAttributes,
  id_ce_subjectKeyIdentifier,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_authorityKeyIdentifier,
  id_ce_extKeyUsage,
  id_pe_authorityInfoAccess,
]);

/** The bits of KeyUsage, first to last (RFC 5280, 4.2.1.3). */
const USAGES = [
  'digitalSignature',
  'other',
  'keyEncipherment',
  'other',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'other',
  'other',
] as const;
/** Types that have context-specific tags inside. */
const TAGGED: ReadonlySet<string> = new Set([
  id_ce_subjectAltName,
  id_ce_authorityKeyIdentifier,
  id_pe_authorityInfoAccess,
]);
/** The tag of a directoryName among GeneralNames (RFC 5280, 4.2.1.6). */
const DIRECTORY_NAME = 4;
const MOST_URLS = 8;
const LONGEST_URL = 512;
const MOST_FIELDS = 3;

const hexOf = ({ buffer }: { readonly buffer: ArrayBuffer }): string => toHex(new Uint8Array(buffer));

const basicConstraintsOf = ({ cA, pathLenConstraint: length }: BasicConstraints): Extensions['basicConstraints'] => ({
  ca: cA,
  pathLength: length === undefined ? undefined : countOf(length, 'pathLenConstraint'),
});

const keyUsageOf = (usage: KeyUsage): Extensions['keyUsage'] => {
  const flags = usage.toNumber();
  return USAGES.filter((_, bit) => (flags & (1 << bit)) !== 0);
};

/** The library has some text for any element in the place of an object identifier. */
const extendedKeyUsageOf = (usages: ExtendedKeyUsage, raw: Element): ReadonlyArray<string> => {
  if (childrenOf(raw).some((usage) => tagOf(usage) !== TAGS.oid))
    throw new Asn1Error('extKeyUsage must be object identifiers');
  return Array.from(usages);
};

const authorityKeyIdOf = ({ keyIdentifier }: AuthorityKeyIdentifier): string | undefined =>
  keyIdentifier === undefined ? undefined : hexOf(keyIdentifier);

/** Only for people to read: nothing is ever fetched. */
const caIssuersUrlsOf = (access: AuthorityInfoAccessSyntax): ReadonlyArray<string> =>
  Array.from(access)
    .filter(({ accessMethod }) => accessMethod === CA_ISSUERS)
    .map(({ accessLocation }) => accessLocation.uniformResourceIdentifier ?? '')
    .filter((url) => url.length <= LONGEST_URL && /^[!-~]+$/.test(url))
    .slice(0, MOST_URLS);

/** An attribute that stands twice could be read in two ways: then the certificate is refused. */
const directoryNameOf = (name: Name): Readonly<Record<string, string>> => {
  const attributes = Array.from(name).flatMap((relative) => Array.from(relative));
  if (new Set(attributes.map(({ type }) => type)).size !== attributes.length) {
    throw new Asn1Error('has a directory name with an attribute twice');
  }
  return Object.fromEntries(attributes.map(({ type, value }) => [type, textOf(value)]));
};

const directoryNamesOf = (names: SubjectAlternativeName, raw: Element): Extensions['directoryNames'] => {
  for (const name of childrenOf(raw).filter((field) => contextOf(field) === DIRECTORY_NAME))
    for (const field of childrenOf(name)) checkUniversal(field, 'directory name');
  return Array.from(names).flatMap(({ directoryName: name }) => (name === undefined ? [] : [directoryNameOf(name)]));
};

/** TPMSpecification ::= SEQUENCE { family UTF8String, level INTEGER, revision INTEGER }. */
const specificationFamilyOf = (attributes: SubjectDirectoryAttributes): string | undefined => {
  const attribute = attributes.find(({ type }) => type === TPM_SPECIFICATION);
  if (attribute === undefined) return undefined;
  const specification = decode(new Uint8Array(attribute.values[0] ?? []), 'tPMSpecification');
  if (tagOf(specification) !== TAGS.sequence) throw new Asn1Error('tPMSpecification must be a sequence');
  return textOf(read(childrenOf(specification)[0], AttributeValue, 'TPM specification family'));
};

/** The library passes over what stands behind an extension's value. */
const extensionOf = (element: Element): Extension => {
  if (childrenOf(element).length > MOST_FIELDS) throw new Asn1Error('has an extension with too many fields');
  return read(element, Extension, 'extension');
};

const listOf = (extensions: Element | undefined): ReadonlyArray<Extension> => {
  if (extensions === undefined) return [];
  const [list, more] = childrenOf(extensions);
  if (list === undefined || more !== undefined) throw new Asn1Error('extensions must be one list');
  checkUniversal(list, 'extensions');
  const all = childrenOf(list).map(extensionOf);
  if (new Set(all.map(({ extnID }) => extnID)).size !== all.length) throw new Asn1Error('has an extension twice');
  return all;
};

/** `extensions` is the element [3] of a TBSCertificate, if there is one. Throws Asn1Error. */
export const extensionsOf = (extensions: Element | undefined): Extensions => {
  const list = listOf(extensions);
  const find = <T, A>(oid: string, type: new () => T, view: (value: T, raw: Element) => A): A | undefined => {
    const found = list.find(({ extnID }) => extnID === oid);
    if (found === undefined) return undefined;
    const raw = decode(new Uint8Array(found.extnValue.buffer), type.name);
    if (!TAGGED.has(oid)) checkUniversal(raw, type.name);
    return view(read(raw, type, type.name), raw);
  };
  const critical = list.filter((extension) => extension.critical).map(({ extnID }) => extnID);
  return {
    basicConstraints: find(id_ce_basicConstraints, BasicConstraints, basicConstraintsOf),
    keyUsage: find(id_ce_keyUsage, KeyUsage, keyUsageOf),
    extendedKeyUsage: find(id_ce_extKeyUsage, ExtendedKeyUsage, extendedKeyUsageOf),
    subjectKeyId: find(id_ce_subjectKeyIdentifier, SubjectKeyIdentifier, hexOf),
    authorityKeyId: find(id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier, authorityKeyIdOf),
    caIssuersUrls: find(id_pe_authorityInfoAccess, AuthorityInfoAccessSyntax, caIssuersUrlsOf) ?? [],
    directoryNames: find(id_ce_subjectAltName, SubjectAlternativeName, directoryNamesOf) ?? [],
    tpmSpecificationFamily: find(id_ce_subjectDirectoryAttributes, SubjectDirectoryAttributes, specificationFamilyOf),
    unhandledCritical: critical.filter((oid) => !UNDERSTOOD.has(oid)),
  };
};
