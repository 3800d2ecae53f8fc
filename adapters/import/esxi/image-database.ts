import { createReadStream } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8 } from '../../../domain/encoding/bytes.js';
import { readDescriptor, type Vib } from './descriptor.js';
import { type ImageProfile, readProfile } from './profile.js';
import { ArchiveFault, readTarGz } from './read-archives.js';

/** What an image database, or a depot's metadata, holds. */
export interface Packages {
  readonly profiles: ReadonlyArray<ImageProfile>;
  readonly vibs: ReadonlyMap<string, Vib>;
}

/** Why an archive could not be read, for people. */
export interface PackagesFault {
  readonly _tag: 'PackagesFault';
  readonly rule: string;
}

export const packagesFault = (rule: string): PackagesFault => ({ _tag: 'PackagesFault', rule });

/** Faults of the archive say what they are; what the libraries throw says only that it is damaged. */
export const archiveFault = (error: unknown): PackagesFault =>
  packagesFault(error instanceof ArchiveFault ? error.message : 'is damaged, or not what it should be');

type Read<A> = (xml: string) => E.Either<string, A>;

const parsed =
  <A>(read: Read<A>) =>
  ([path, bytes]: readonly [string, Uint8Array]): E.Either<PackagesFault, A> =>
    pipe(
      E.fromNullable('is not text in UTF-8')(fromUtf8(bytes)),
      E.flatMap(read),
      E.mapLeft((rule) => packagesFault(`${path} ${rule}`)),
    );

/** The descriptors and profiles among files, by where they are. */
export const packagesOf = (
  files: ReadonlyMap<string, Uint8Array>,
  isProfile: (path: string) => boolean,
): E.Either<PackagesFault, Packages> =>
  pipe(
    E.Do,
    E.bind('profiles', () =>
      pipe(
        [...files].filter(([path]) => isProfile(path)),
        E.traverseArray(parsed(readProfile)),
      ),
    ),
    E.bind('vibs', () =>
      pipe(
        [...files].filter(([path]) => !isProfile(path)),
        E.traverseArray(parsed(readDescriptor)),
      ),
    ),
    E.map(({ profiles, vibs }) => ({ profiles, vibs: new Map(vibs.map((vib) => [vib.id, vib])) })),
  );

const VIBS = /(?:^|\/)var\/db\/esximg\/vibs\/[^/]+\.xml$/;
const PROFILES = /(?:^|\/)var\/db\/esximg\/profiles\/[^/]+$/;

/** The image database of a host (`imgdb.tgz`): what `Export-VMHostImageDb` writes. */
export const readImageDatabase = (file: string): TE.TaskEither<PackagesFault, Packages> =>
  pipe(
    TE.tryCatch(
      () => readTarGz(createReadStream(file), (path) => VIBS.test(path) || PROFILES.test(path)),
      archiveFault,
    ),
    TE.flatMapEither((files) => packagesOf(files, (path) => PROFILES.test(path))),
    TE.filterOrElse(
      ({ profiles, vibs }) => profiles.length > 0 && vibs.size > 0,
      () => packagesFault('holds no image database (var/db/esximg with vibs and a profile)'),
    ),
  );
