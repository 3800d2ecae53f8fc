import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import tar from 'tar-stream';

/** Why an archive is refused; a message for people, without a word of its content. */
export class ArchiveFault extends Error {}

const refuse = (rule: string): never => {
  throw new ArchiveFault(rule);
};

export const safePath = (name: string): string => {
  const plain = name.replace(/^\.\//, '');
  const bad = plain.startsWith('/') || plain.includes('\\') || plain.split('/').includes('..') || plain.includes('\0');
  return bad ? refuse('holds a path that leads out of it') : plain;
};

/** All of a stream, or a refusal as soon as it is more than allowed: nothing is kept that a bomb unpacks to. */
export const collect = async (stream: AsyncIterable<Uint8Array>, most: number, what: string): Promise<Uint8Array> => {
  const chunks: Array<Uint8Array> = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most) refuse(`${what} is larger than ${String(most)} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
};

const MOST_ENTRIES = 20_000;
const MOST_ENTRY_BYTES = 16 << 20;
const MOST_UNPACKED = 256 << 20;

/** The files of a gzipped tar that `wanted` names. */
export const readTarGz = async (
  packed: Readable,
  wanted: (path: string) => boolean,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const files = new Map<string, Uint8Array>();
  const extract = tar.extract();
  const gunzip = createGunzip();
  let [entries, unpacked] = [0, 0];
  gunzip.on('data', (chunk: Buffer) => {
    unpacked += chunk.length;
    if (unpacked > MOST_UNPACKED)
      gunzip.destroy(new ArchiveFault(`unpacks to more than ${String(MOST_UNPACKED)} bytes`));
  });
  const reading = (async () => {
    for await (const entry of extract) {
      entries += 1;
      if (entries > MOST_ENTRIES) refuse(`holds more than ${String(MOST_ENTRIES)} entries`);
      const path = safePath(entry.header.name);
      if (entry.header.type === 'file' && wanted(path)) {
        if (files.has(path)) refuse(`holds ${path} twice`);
        files.set(path, await collect(entry as AsyncIterable<Uint8Array>, MOST_ENTRY_BYTES, path));
      } else entry.resume();
    }
  })();
  await Promise.all([pipeline(packed, gunzip, extract), reading]);
  return files;
};

const MAGIC = '!<arch>\n';
const HEADER = 60;
const MOST_UNPACKED_PAYLOAD = 4 * 2 ** 30;

/** SHA-256 of a member as shipped, and of what it unpacks to; the same where it is not gzipped. */
export interface HashedMember {
  readonly name: string;
  readonly size: number;
  readonly packed: string;
  readonly unpacked: string;
}

interface Source {
  /** Exactly so many bytes. */
  readonly take: (size: number) => Promise<Uint8Array>;
  /** At most so many; empty at the end. */
  readonly some: (most: number) => Promise<Uint8Array>;
}

const sourceOf = (stream: AsyncIterable<Uint8Array>): Source => {
  const iterator = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  const some = async (most: number): Promise<Uint8Array> => {
    while (rest.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return rest;
      rest = next.value;
    }
    const piece = rest.subarray(0, most);
    rest = rest.subarray(piece.length);
    return piece;
  };
  const take = async (size: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const piece = await some(size - at);
      if (piece.length === 0) refuse('ends too early');
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  };
  return { take, some };
};

const gunzipInto = (gunzip: Gunzip, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    gunzip.write(chunk, (error) => (error == null ? resolve() : reject(error)));
  });

const ended = (gunzip: Gunzip): Promise<void> =>
  new Promise((resolve, reject) => {
    if (gunzip.errored !== null) reject(gunzip.errored);
    gunzip.once('error', reject);
    gunzip.once('end', resolve);
    gunzip.end();
  });

/** What of a member is hashed; it is read to its end, and not kept. */
const hashMember = async (source: Source, name: string, size: number): Promise<HashedMember> => {
  const [packed, unpacked] = [createHash('sha256'), createHash('sha256')];
  let gunzip: Gunzip | undefined;
  let grown = 0;
  for (let at = 0; at < size; ) {
    const piece = await source.some(Math.min(size - at, 65_536));
    if (piece.length === 0) refuse('ends too early');
    if (at === 0 && piece[0] === 0x1f) {
      gunzip = createGunzip();
      const own = gunzip;
      own.on('error', () => undefined);
      own.on('data', (chunk: Buffer) => {
        grown += chunk.length;
        if (grown > MOST_UNPACKED_PAYLOAD) own.destroy(new ArchiveFault(`${name} unpacks to too much`));
        else unpacked.update(chunk);
      });
    }
    packed.update(piece);
    if (gunzip === undefined) unpacked.update(piece);
    else await gunzipInto(gunzip, piece);
    at += piece.length;
  }
  if (gunzip !== undefined) await ended(gunzip);
  return { name, size, packed: packed.digest('hex'), unpacked: unpacked.digest('hex') };
};

const MOST_DESCRIPTOR = 16 << 20;
const MOST_MEMBERS = 1024;

export interface ReadVib {
  readonly descriptor: Uint8Array;
  readonly payloads: ReadonlyArray<HashedMember>;
}

/** A VIB: an ar archive of its descriptor, its signature, and its payloads, which are hashed on the way. */
export const readVib = async (stream: AsyncIterable<Uint8Array>): Promise<ReadVib> => {
  const source = sourceOf(stream);
  if (Buffer.from(await source.take(MAGIC.length)).toString('latin1') !== MAGIC) refuse('is no ar archive');
  let descriptor: Uint8Array | undefined;
  const payloads: Array<HashedMember> = [];
  for (let members = 0; ; members += 1) {
    const first = await source.some(1);
    if (first.length === 0) break;
    if (members >= MOST_MEMBERS) refuse('holds too many members');
    const header = Buffer.concat([first, await source.take(HEADER - 1)]).toString('latin1');
    const [name, size] = [header.slice(0, 16).trimEnd().replace(/\/$/, ''), header.slice(48, 58).trimEnd()];
    if (
      !/^\d{1,10}$/.test(size) ||
      !header.endsWith('`\n') ||
      name === '' ||
      name.startsWith('#') ||
      name.includes('/')
    )
      refuse('has a member that is none');
    const length = Number(size);
    if (name === 'descriptor.xml') {
      if (length > MOST_DESCRIPTOR || descriptor !== undefined) refuse('has a descriptor that is too large, or two');
      descriptor = await source.take(length);
    } else if (name === 'sig.pkcs7') await hashMember(source, name, length);
    else payloads.push(await hashMember(source, name, length));
    if (length % 2 === 1) await source.some(1);
  }
  return descriptor === undefined ? refuse('has no descriptor') : { descriptor, payloads };
};
