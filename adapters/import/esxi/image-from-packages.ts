import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { EsxiImage, EsxiModule } from '../../../domain/appraisal/base-image.js';
import { ESXI_HOST_OWN } from '../../../domain/appraisal/image-from-evidence.js';
import type { Payload, Vib } from './descriptor.js';
import type { ImageProfile } from './profile.js';

export interface PackagesRequest {
  readonly profile: ImageProfile;
  /** The descriptors of the profile's packages, by id. */
  readonly vibs: ReadonlyMap<string, Vib>;
  /** SHA-256 of unpacked payloads that were hashed themselves, by package and payload: they outdo what a descriptor says. */
  readonly hashed: ReadonlyMap<string, string>;
  readonly version: string;
  readonly displayName: string;
  readonly productVersion: string | undefined;
  /** What no package says: command line, boot options, signers, and files of a host's own, as in this image. */
  readonly like: EsxiImage | undefined;
}

export interface MadeImage {
  readonly image: EsxiImage;
  /** What whoever reviews the image has to know. */
  readonly notes: ReadonlyArray<string>;
}

export const hashedKey = (vib: string, payload: string): string => `${vib}/${payload}`;

/** Payloads that the boot loader loads, and the ending of their files' names. */
const ENDINGS: Readonly<Record<string, string | undefined>> = { boot: 'b', vgz: 'v', tgz: 'v', gz: 'v', vtar: 'v' };

/** By the base name of the file: which register its module is measured into (the boot loader's own table). */
const registerOf = (file: string): number => {
  const base = file.slice(0, file.lastIndexOf('.') === -1 ? undefined : file.lastIndexOf('.'));
  if (base === 'esxupdt') return 11;
  return ['b', 'k', 's', 'sb'].includes(base) ? 12 : 13;
};

interface Booted {
  readonly vib: Vib;
  readonly payload: Payload;
  readonly file: string | undefined;
  readonly digest: string;
}

const digestOf = ({ hashed }: PackagesRequest, vib: Vib, payload: Payload): E.Either<string, string> => {
  const made = hashed.get(hashedKey(vib.id, payload.name));
  if (made !== undefined && payload.unpacked !== undefined && made !== payload.unpacked) {
    return E.left(`${vib.id}: payload ${payload.name} is not what its descriptor says`);
  }
  const digest = made ?? payload.unpacked;
  return digest === undefined
    ? E.left(`${vib.id}: payload ${payload.name} has no SHA-256 of its unpacked content; give the packages themselves`)
    : E.right(digest);
};

const bootedOf = (request: PackagesRequest): E.Either<string, ReadonlyArray<Booted>> =>
  pipe(
    request.profile.vibs,
    E.traverseArray(({ id, files }) => {
      const vib = request.vibs.get(id);
      if (vib === undefined) return E.left(`${id} is in the profile and its descriptor is missing`);
      const loaded = vib.type === 'bootbank' ? vib.payloads.filter(({ type }) => ENDINGS[type] !== undefined) : [];
      return pipe(
        loaded,
        E.traverseArray((payload) =>
          pipe(
            digestOf(request, vib, payload),
            E.map((digest): Booted => ({ vib, payload, file: files.get(payload.name), digest })),
          ),
        ),
      );
    }),
    E.map((lists) => lists.flat()),
  );

const MOST_DIGESTS = 16;
const STEM = 8;

const required = (file: string, digests: ReadonlyArray<string>): EsxiModule => ({
  file,
  pcr: registerOf(file),
  digests,
  requirement: 'required',
});

const ending = (kind: string, position: number): string => `.${kind}${String(position).padStart(2, '0')}`;

/**
 * Names that only an installation gives: the payload's, and a number where several are alike. Which gets which number is
 * not known before, so each of those names may have the content of each.
 */
const unnamed = (booted: ReadonlyArray<Booted>): E.Either<string, ReadonlyArray<EsxiModule>> => {
  const groups = new Map<string, Array<Booted>>();
  for (const each of booted) {
    const key = `${each.payload.name.slice(0, STEM).toLowerCase()} ${ENDINGS[each.payload.type] ?? 'v'}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return pipe(
    [...groups],
    E.traverseArray(([key, alike]) => {
      const [stem = '', kind = 'v'] = key.split(' ');
      const digests = [...new Set(alike.map(({ digest }) => digest))];
      return digests.length > MOST_DIGESTS
        ? E.left(
            `more than ${String(MOST_DIGESTS)} payloads would be called ${stem}: an image database has their names`,
          )
        : E.right(alike.map((_, i) => required(`${stem}${ending(kind, i)}`, digests)));
    }),
    E.map((lists) => lists.flat()),
  );
};

const hostOwn = (like: EsxiImage | undefined, made: ReadonlyArray<EsxiModule>): ReadonlyArray<EsxiModule> => {
  const names = new Set(made.map(({ file }) => file));
  const open = like?.modules.filter(({ digests, file }) => digests.length === 0 && !names.has(file));
  return open ?? ESXI_HOST_OWN.map((file) => ({ file, pcr: 13, digests: [], requirement: 'optional' }));
};

const BASE = /^esx-base$/;
const RELEASE = /^(\d+\.\d+\.\d+)-.*\.(\d+)$/;

/** As the version records of vmkBoot and vmkernel have it. */
const productOf = ({ profile, vibs }: PackagesRequest): string | undefined => {
  const base = profile.vibs.map(({ id }) => vibs.get(id)).find((vib) => vib !== undefined && BASE.test(vib.name));
  const found = RELEASE.exec(base?.version ?? '');
  return found === null ? undefined : `${found[1] ?? ''} build-${found[2] ?? ''}`;
};

const notesOf = ({ like }: PackagesRequest, nameless: number): ReadonlyArray<string> => [
  ...(nameless === 0
    ? []
    : [
        `${String(nameless)} modules have the names that an installation would most likely give; compare with a host's evidence, or use its image database.`,
      ]),
  ...(like === undefined
    ? [
        'No package says the command line, the boot options or the signers: none is allowed beyond nothing at all. Give an image with --like.',
      ]
    : []),
];

/** The base image that a profile's packages describe, before any host booted them. Left: what keeps it from being whole. */
export const imageFromPackages = (request: PackagesRequest): E.Either<string, MadeImage> =>
  pipe(
    E.Do,
    E.bind('booted', () => bootedOf(request)),
    E.bind('productVersion', () =>
      E.fromNullable('esx-base is not in the profile, or its version says no build: give --product-version')(
        request.productVersion ?? productOf(request),
      ),
    ),
    E.bind('guessed', ({ booted }) => unnamed(booted.filter(({ file }) => file === undefined))),
    E.map(({ booted, productVersion, guessed }) => {
      const named = booted.flatMap(({ file, digest }) => (file === undefined ? [] : [required(file, [digest])]));
      const modules = [...named, ...guessed];
      const { like, version, displayName } = request;
      const image: EsxiImage = {
        kind: 'esxi',
        version,
        displayName,
        bank: 'sha256',
        productVersion,
        modules: [...modules, ...hostOwn(like, modules)],
        commandLine: like?.commandLine ?? { allowed: [], required: [] },
        signers: like?.signers ?? null,
        bootOptions: like?.bootOptions ?? null,
      };
      return { image, notes: notesOf(request, guessed.length) };
    }),
  );
