import type { BootClaims } from '../../../boot-log/claims.js';
import type { UefiLinuxImage } from '../../base-image.js';
import { reason } from '../../reason-codes.js';
import type { Reason } from '../../result.js';
import type { Aspect, Booted } from './aspect.js';
import { commandLineReasons, kernelLinesOf } from './command-line.js';
import { compareByName } from './compare-by-name.js';
import { onceForEach } from './once-for-each.js';
import { unexplainedByLinux } from './unexplained.js';

const FILE_CODES = {
  unknown: 'UnknownFile',
  missing: 'MissingFile',
  mismatch: 'FileDigestMismatch',
  repeated: 'FileRepeated',
  wrongPcr: 'UnknownFile',
} as const;

const FILES_PCR = 9;

const digestsOf = onceForEach(
  ({ bootApplications }: UefiLinuxImage): ReadonlySet<string> =>
    new Set(bootApplications.flatMap(({ digests }) => digests)),
);

const filesOf = onceForEach(({ files }: UefiLinuxImage) => files.map((file) => ({ ...file, pcr: FILES_PCR })));

/** By digest alone: the path beside it is the log's claim. The same application may be started more than once. */
const bootApplicationReasons = (image: UefiLinuxImage, claims: BootClaims): ReadonlyArray<Reason> => {
  const known = digestsOf(image);
  const started = new Set(claims.bootApplications.map(({ digest }) => digest));
  const unknown = new Map(
    claims.bootApplications
      .filter(({ digest }) => !known.has(digest))
      .map(({ digest, path, event }) => [
        digest,
        reason('UnknownBootApplication', { subject: digest, pcr: 4, event, actual: path }),
      ]),
  );
  const missing = image.bootApplications.filter(
    ({ requirement, digests }) => requirement === 'required' && !digests.some((digest) => started.has(digest)),
  );
  return [
    ...unknown.values(),
    ...missing.map(({ name, digests }) =>
      reason('MissingBootApplication', { subject: name, pcr: 4, expected: digests[0] }),
    ),
  ];
};

const fileReasons = (image: UefiLinuxImage, claims: BootClaims): ReadonlyArray<Reason> =>
  compareByName(
    claims.files.map(({ name, digest, event }) => ({ name, digest, event, pcr: FILES_PCR })),
    filesOf(image),
    FILE_CODES,
  );

const authorityReasons = (image: UefiLinuxImage, claims: BootClaims): ReadonlyArray<Reason> =>
  claims.secureBoot.authorities
    .filter(({ kind, sha256 }) => kind !== 'variable' && image.authorities?.includes(sha256) === false)
    .map(({ sha256, subject, event }) =>
      reason('AuthorityNotAllowed', { subject: sha256, pcr: 7, event, actual: subject }),
    );

export const uefiLinuxAspects = (image: UefiLinuxImage, booted: Booted): ReadonlyArray<Aspect> => {
  const aspect = (rule: string, reasons: ReadonlyArray<Reason>, needsSecureBoot = true): Aspect => ({
    rule,
    reasons,
    needsSecureBoot,
  });
  return [
    aspect('boot-applications', bootApplicationReasons(image, booted.claims)),
    aspect('authorities', authorityReasons(image, booted.claims)),
    aspect('files', fileReasons(image, booted.claims)),
    aspect('command-line', commandLineReasons(image.commandLine, kernelLinesOf(booted.claims), false), false),
    aspect('measurements-explained', unexplainedByLinux(booted)),
  ];
};
