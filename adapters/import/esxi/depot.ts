import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import yauzl from 'yauzl';
import { fromUtf8 } from '../../../domain/encoding/bytes.js';
import { readDescriptor, type Vib } from './descriptor.js';
import { archiveFault, type Packages, type PackagesFault, packagesFault, packagesOf } from './image-database.js';
import { hashedKey } from './image-from-packages.js';
import type { ImageProfile } from './profile.js';
import { ArchiveFault, collect, type ReadVib, readVib, safePath } from './read-archives.js';

const MOST_ENTRIES = 50_000;
const MOST_METADATA = 256 << 20;
const MOST_XML = 16 << 20;

const OPTIONS = { lazyEntries: true, autoClose: false, validateEntrySize: true } as const;

const opened = (open: (done: (error: Error | null, zip: yauzl.ZipFile) => void) => void): Promise<yauzl.ZipFile> =>
  new Promise((resolve, reject) => {
    open((error, zip) => (error === null ? resolve(zip) : reject(error)));
  });

const entriesOf = (zip: yauzl.ZipFile): Promise<ReadonlyArray<yauzl.Entry>> =>
  new Promise((resolve, reject) => {
    const entries: Array<yauzl.Entry> = [];
    zip.on('error', reject);
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry);
      if (entries.length > MOST_ENTRIES) reject(new ArchiveFault(`holds more than ${String(MOST_ENTRIES)} entries`));
      else zip.readEntry();
    });
    zip.readEntry();
  });

const streamOf = (zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<AsyncIterable<Uint8Array>> =>
  new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
  });

const bytesOf = async (zip: yauzl.ZipFile, entry: yauzl.Entry, most: number): Promise<Uint8Array> =>
  collect(await streamOf(zip, entry), most, safePath(entry.fileName));

const METADATA = /(?:^|\/)metadata[^/]*\.zip$/;
const VIB_XML = /(?:^|\/)vibs\/[^/]+\.xml$/;
const PROFILE_XML = /(?:^|\/)profiles\/[^/]+\.xml$/;

/** Descriptors and profiles of one metadata.zip. */
const metadataOf = async (packed: Uint8Array, into: Map<string, Uint8Array>, prefix: string): Promise<void> => {
  const zip = await opened((done) => yauzl.fromBuffer(Buffer.from(packed), OPTIONS, done));
  for (const entry of await entriesOf(zip)) {
    const path = safePath(entry.fileName);
    if (VIB_XML.test(path) || PROFILE_XML.test(path))
      into.set(`${prefix}/${path}`, await bytesOf(zip, entry, MOST_XML));
  }
};

const isZip = (entries: ReadonlyArray<yauzl.Entry>): ReadonlyArray<yauzl.Entry> =>
  entries.filter(({ fileName }) => METADATA.test(fileName));

interface OpenDepot {
  readonly zip: yauzl.ZipFile;
  readonly entries: ReadonlyArray<yauzl.Entry>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const openDepot = async (file: string): Promise<OpenDepot> => {
  const zip = await opened((done) => yauzl.open(file, OPTIONS, done));
  const entries = await entriesOf(zip);
  entries.forEach(({ fileName }) => safePath(fileName));
  const files = new Map<string, Uint8Array>();
  for (const entry of isZip(entries)) {
    await metadataOf(await bytesOf(zip, entry, MOST_METADATA), files, entry.fileName);
  }
  return { zip, entries, files };
};

/** A vendor's depot (offline bundle), open; its packages are hashed when their image is chosen. */
export interface Depot extends Packages {
  /** SHA-256 of the payloads of a profile's packages, unpacked; each package must be what its descriptor says. */
  readonly hash: (
    profile: ImageProfile,
    tell: (done: number, of: number) => void,
  ) => TE.TaskEither<PackagesFault, ReadonlyMap<string, string>>;
  readonly close: () => void;
}

const SAID = 'is not what the depot says of it';

const agrees = (vib: Vib, { payloads }: ReadVib, own: Vib): boolean =>
  own.id === vib.id &&
  JSON.stringify(own.payloads) === JSON.stringify(vib.payloads) &&
  payloads.length === own.payloads.length &&
  own.payloads.every((said, i) => {
    const found = payloads[i];
    const packed = said.packed === undefined || said.packed === found?.packed;
    const unpacked = said.unpacked === undefined || said.unpacked === found?.unpacked;
    return found?.name === said.name.slice(0, 15) && found.size === said.size && packed && unpacked;
  });

const hashedOf = (vib: Vib, read: ReadVib): ReadonlyArray<readonly [string, string]> => {
  const text = fromUtf8(read.descriptor);
  const own = text === undefined ? E.left('') : readDescriptor(text);
  if (E.isLeft(own) || !agrees(vib, read, own.right)) throw new ArchiveFault(`${vib.id} ${SAID}`);
  return own.right.payloads.map(({ name }, i) => [hashedKey(vib.id, name), read.payloads[i]?.unpacked ?? ''] as const);
};

const hashAll = async (
  { zip, entries }: OpenDepot,
  vibs: ReadonlyArray<Vib>,
  tell: (done: number, of: number) => void,
): Promise<ReadonlyMap<string, string>> => {
  const hashed = new Map<string, string>();
  for (const [i, vib] of vibs.entries()) {
    const entry = entries.find(({ fileName }) => fileName.endsWith(`/${vib.id}.vib`) || fileName === `${vib.id}.vib`);
    if (entry !== undefined) {
      for (const [key, digest] of hashedOf(vib, await readVib(await streamOf(zip, entry)))) hashed.set(key, digest);
    }
    tell(i + 1, vibs.length);
  }
  return hashed;
};

export const openEsxiDepot = (file: string): TE.TaskEither<PackagesFault, Depot> =>
  pipe(
    TE.tryCatch(() => openDepot(file), archiveFault),
    TE.bindTo('depot'),
    TE.bind('packages', ({ depot }) => TE.fromEither(packagesOf(depot.files, (path) => PROFILE_XML.test(path)))),
    TE.filterOrElse(
      ({ packages }) => packages.profiles.length > 0,
      () => packagesFault('holds no image profile in a metadata.zip'),
    ),
    TE.map(({ depot, packages }) => ({
      ...packages,
      close: () => depot.zip.close(),
      hash: (profile, tell) =>
        TE.tryCatch(
          () =>
            hashAll(
              depot,
              profile.vibs.flatMap(({ id }) => packages.vibs.get(id) ?? []),
              tell,
            ),
          archiveFault,
        ),
    })),
  );
