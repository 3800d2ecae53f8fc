import { type Item, integer, structure } from '../ttlv/item.js';

export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** The versions that we speak, best first. From 1.2 on a server can encrypt. */
export const VERSIONS: ReadonlyArray<Version> = [
  { major: 2, minor: 1 },
  { major: 2, minor: 0 },
  { major: 1, minor: 4 },
  { major: 1, minor: 3 },
  { major: 1, minor: 2 },
];

export const isSameVersion = (a: Version, b: Version): boolean => a.major === b.major && a.minor === b.minor;

/** Since 2.0 attributes are fields of their own tags; before, pairs of a name and a value. */
export const hasAttributesStructure = ({ major }: Version): boolean => major >= 2;

/** Additional data and tags of authenticated encryption came with 1.4. */
export const hasAuthenticatedEncryption = ({ major, minor }: Version): boolean => major >= 2 || minor >= 4;

export const protocolVersion = ({ major, minor }: Version): Item =>
  structure('ProtocolVersion', [integer('ProtocolVersionMajor', major), integer('ProtocolVersionMinor', minor)]);
