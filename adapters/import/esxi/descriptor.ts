import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { childOf, childrenOf, readXml, textIn, type XmlElement } from '../../text/xml-tree.js';

/** One file that a package brings, and the digests that its maker gives for it. */
export interface Payload {
  readonly name: string;
  readonly type: string;
  /** Bytes as shipped. */
  readonly size: number;
  /** SHA-256 as shipped; undefined: not said. */
  readonly packed: string | undefined;
  /** SHA-256 of the unpacked content, which is what a boot loader measures; undefined: not said (older packages say SHA-1). */
  readonly unpacked: string | undefined;
}

/** A VIB, as its descriptor says. */
export interface Vib {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly vendor: string;
  readonly payloads: ReadonlyArray<Payload>;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}$/;
const HEX = /^[0-9a-f]{64}$/;
const MOST_PAYLOADS = 512;

const needed = (root: XmlElement, field: string): E.Either<string, string> => {
  const text = textIn(root, field);
  return text !== undefined && NAME.test(text) ? E.right(text) : E.left(`must have a ${field} of plain letters`);
};

const checksum = (payload: XmlElement, process: string | undefined): E.Either<string, string | undefined> => {
  const found = childrenOf(payload, 'checksum').find(
    ({ attributes }) => attributes['checksum-type'] === 'sha-256' && attributes['verify-process'] === process,
  );
  const text = found?.text.trim().toLowerCase();
  return text === undefined || HEX.test(text) ? E.right(text) : E.left('has a SHA-256 checksum that is none');
};

const payloadOf = (element: XmlElement): E.Either<string, Payload> => {
  const { name = '', type = '', size = '' } = element.attributes;
  if (!NAME.test(name)) return E.left('has a payload without a plain name');
  if (!/^\d{1,12}$/.test(size)) return E.left(`has a payload ${name} without a size`);
  return pipe(
    E.Do,
    E.bind('packed', () => checksum(element, undefined)),
    E.bind('unpacked', () => checksum(element, 'gunzip')),
    E.map((checksums) => ({ name, type, size: Number(size), ...checksums })),
  );
};

const vibOf = (root: XmlElement): E.Either<string, Vib> => {
  if (root.name !== 'vib') return E.left(`is a ${root.name}, not a vib`);
  const payloads = childrenOf(childOf(root, 'payloads'), 'payload');
  if (payloads.length > MOST_PAYLOADS) return E.left('has too many payloads');
  return pipe(
    E.Do,
    E.bind('name', () => needed(root, 'name')),
    E.bind('version', () => needed(root, 'version')),
    E.bind('vendor', () => needed(root, 'vendor')),
    E.bind('type', () => needed(root, 'type')),
    E.bind('payloads', () => pipe(payloads, E.traverseArray(payloadOf))),
    E.map((vib) => ({ ...vib, id: [vib.vendor, vib.type, vib.name, vib.version].join('_') })),
  );
};

/** A VIB's descriptor.xml, or its copy in an image database or a depot. Left: the rule that it breaks. */
export const readDescriptor = (xml: string): E.Either<string, Vib> => pipe(readXml(xml), E.flatMap(vibOf));
