import { toHex } from '../../../domain/encoding/bytes.js';
import type { Certificate } from '../../../domain/ports.js';
import {
  booleanOf,
  countOf,
  DerError,
  type Element,
  elementsOf,
  expectTag,
  oidOf,
  only,
  sequence,
  TAGS,
} from './der.js';
import { attributesOf, textOf } from './distinguished-name.js';

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

const OID = {
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
  tpmSpecification: '2.23.133.2.16',
} as const;

/** Certificate policies restrict nothing where no policy is asked for (RFC 5280, 6.1.1: any-policy). */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.subjectDirectoryAttributes,
  OID.subjectKeyIdentifier,
  OID.keyUsage,
  OID.subjectAltName,
  OID.basicConstraints,
  OID.certificatePolicies,
  OID.authorityKeyIdentifier,
  OID.extendedKeyUsage,
  OID.authorityInfoAccess,
]);

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
/** Context tags of GeneralName and AuthorityKeyIdentifier (RFC 5280, 4.2.1.6 and 4.2.1.1). */
const DIRECTORY_NAME = 0xa4;
const URI = 0x86;
const KEY_IDENTIFIER = 0x80;
const MOST_URLS = 8;
const LONGEST_URL = 512;

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

const extensionOf = (element: Element): Extension => {
  const [oid, ...rest] = elementsOf(expectTag(element, TAGS.sequence, 'extension').content);
  const [flag, value] = rest.length === 2 ? rest : [undefined, rest[0]];
  if (rest.length > 2) throw new DerError('has an extension with too many fields');
  return {
    oid: oidOf(oid),
    critical: flag !== undefined && booleanOf(flag),
    value: expectTag(value, TAGS.octetString, 'extension value').content,
  };
};

const basicConstraints = (value: Uint8Array): Extensions['basicConstraints'] => {
  const [first, ...rest] = sequence(value, 'basicConstraints');
  if (first === undefined) return { ca: false, pathLength: undefined };
  const [ca, length] = first.tag === TAGS.boolean ? [booleanOf(first), rest[0]] : [false, first];
  return { ca, pathLength: length === undefined ? undefined : countOf(length, 'pathLenConstraint') };
};

const keyUsage = (value: Uint8Array): Extensions['keyUsage'] => {
  const { content } = only(value, TAGS.bitString, 'keyUsage');
  return USAGES.filter((_, bit) => ((content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0);
};

const authorityKeyId = (value: Uint8Array): string | undefined => {
  const id = sequence(value, 'authorityKeyIdentifier').find(({ tag }) => tag === KEY_IDENTIFIER);
  return id === undefined ? undefined : toHex(id.content);
};

/** Only for people to read: nothing is ever fetched. */
const caIssuersUrls = (value: Uint8Array): ReadonlyArray<string> =>
  sequence(value, 'authorityInfoAccess')
    .map(({ content }) => elementsOf(content))
    .filter(([method, location]) => oidOf(method) === OID.caIssuers && location?.tag === URI)
    .map(([, location]) => Buffer.from(location?.content ?? []).toString('latin1'))
    .filter((url) => url.length <= LONGEST_URL && /^[!-~]+$/.test(url))
    .slice(0, MOST_URLS);

/** An attribute that stands twice could be read in two ways: then the certificate is refused. */
const directoryName = ({ content }: Element): Readonly<Record<string, string>> => {
  const attributes = attributesOf(content).flat();
  if (new Set(attributes.map(({ oid }) => oid)).size !== attributes.length) {
    throw new DerError('has a directory name with an attribute twice');
  }
  return Object.fromEntries(attributes.map(({ oid, value }) => [oid, textOf(value)]));
};

const directoryNames = (value: Uint8Array): Extensions['directoryNames'] =>
  sequence(value, 'subjectAltName')
    .filter(({ tag }) => tag === DIRECTORY_NAME)
    .map(directoryName);

/** TPMSpecification ::= SEQUENCE { family UTF8String, level INTEGER, revision INTEGER }. */
const specificationFamily = (value: Uint8Array): string | undefined => {
  const attribute = sequence(value, 'subjectDirectoryAttributes')
    .map(({ content }) => elementsOf(content))
    .find(([type]) => oidOf(type) === OID.tpmSpecification);
  if (attribute === undefined) return undefined;
  const [specification] = elementsOf(expectTag(attribute[1], TAGS.set, 'tPMSpecification').content);
  const [family] = elementsOf(expectTag(specification, TAGS.sequence, 'tPMSpecification').content);
  return family === undefined ? undefined : textOf(family);
};

const extendedKeyUsage = (value: Uint8Array): ReadonlyArray<string> => sequence(value, 'extKeyUsage').map(oidOf);

const subjectKeyId = (value: Uint8Array): string =>
  toHex(only(value, TAGS.octetString, 'subjectKeyIdentifier').content);

const listOf = (extensions: Element | undefined): ReadonlyArray<Extension> => {
  if (extensions === undefined) return [];
  const list = sequence(extensions.content, 'extensions').map(extensionOf);
  if (new Set(list.map(({ oid }) => oid)).size !== list.length) throw new DerError('has an extension twice');
  return list;
};

/** `extensions` is the element [3] of a TBSCertificate, if there is one. Throws DerError. */
export const extensionsOf = (extensions: Element | undefined): Extensions => {
  const list = listOf(extensions);
  const read = <A>(oid: string, decode: (value: Uint8Array) => A): A | undefined => {
    const found = list.find((extension) => extension.oid === oid);
    return found === undefined ? undefined : decode(found.value);
  };
  return {
    basicConstraints: read(OID.basicConstraints, basicConstraints),
    keyUsage: read(OID.keyUsage, keyUsage),
    extendedKeyUsage: read(OID.extendedKeyUsage, extendedKeyUsage),
    subjectKeyId: read(OID.subjectKeyIdentifier, subjectKeyId),
    authorityKeyId: read(OID.authorityKeyIdentifier, authorityKeyId),
    caIssuersUrls: read(OID.authorityInfoAccess, caIssuersUrls) ?? [],
    directoryNames: read(OID.subjectAltName, directoryNames) ?? [],
    tpmSpecificationFamily: read(OID.subjectDirectoryAttributes, specificationFamily),
    unhandledCritical: list.filter(({ oid, critical }) => critical && !UNDERSTOOD.has(oid)).map(({ oid }) => oid),
  };
};
