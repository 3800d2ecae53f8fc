import type { EsxiClaims } from '../../../boot-log/claims.js';
import type { EsxiImage } from '../../base-image.js';
import { reason } from '../../reason-codes.js';
import type { Reason } from '../../result.js';
import type { Aspect, Booted } from './aspect.js';
import { commandLineReasons } from './command-line.js';
import { compareByName } from './compare-by-name.js';
import { onceForEach } from './once-for-each.js';
import { unexplainedByEsxi } from './unexplained.js';

const MODULE_CODES = {
  unknown: 'UnknownModule',
  missing: 'MissingModule',
  mismatch: 'ModuleDigestMismatch',
  repeated: 'ModuleRepeated',
  wrongPcr: 'ModuleInWrongPcr',
} as const;

const KERNEL_COMPONENTS = ['vmkernel', 'vmkboot'];

/** Product versions that vmkBoot and vmkernel were measured with; one, unless something is odd. */
export const productVersionsOf = (esxi: EsxiClaims): ReadonlyArray<string> => [
  ...new Set(
    esxi.productVersions
      .filter(({ component }) => KERNEL_COMPONENTS.includes(component.toLowerCase()))
      .map(({ version }) => version),
  ),
];

const modulesOf = onceForEach(({ modules }: EsxiImage) =>
  modules.map(({ file, pcr, digests, requirement }) => ({ name: file, pcr, digests, requirement })),
);

const moduleReasons = (image: EsxiImage, esxi: EsxiClaims): ReadonlyArray<Reason> =>
  compareByName(
    esxi.modules.map(({ file, pcr, digest, event }) => ({ name: file, pcr, digest, event })),
    modulesOf(image),
    MODULE_CODES,
  );

const bootOptionReasons = (image: EsxiImage, esxi: EsxiClaims): ReadonlyArray<Reason> => {
  const left = new Map<string, number>();
  for (const name of image.bootOptions ?? []) left.set(name, (left.get(name) ?? 0) + 1);
  return esxi.bootOptions.flatMap(({ file, digest, event }) => {
    const room = left.get(file) ?? 0;
    left.set(file, room - 1);
    return room > 0 ? [] : [reason('BootOptionNotAllowed', { subject: file, pcr: 14, event, actual: digest })];
  });
};

const signerReasons = (image: EsxiImage, esxi: EsxiClaims): ReadonlyArray<Reason> =>
  esxi.signers
    .filter((signer) => image.signers?.includes(signer) === false)
    .map((signer) => reason('SignerNotAllowed', { subject: signer, pcr: 14 }));

/** Modules are compared event by event: their order follows boot.cfg, so registers differ from host to host. */
export const esxiAspects = (image: EsxiImage, booted: Booted, esxi: EsxiClaims): ReadonlyArray<Aspect> => {
  const aspect = (rule: string, reasons: ReadonlyArray<Reason>, needsSecureBoot = false): Aspect => ({
    rule,
    reasons,
    needsSecureBoot,
  });
  return [
    aspect('modules', moduleReasons(image, esxi)),
    aspect('command-line', commandLineReasons(image.commandLine, booted.claims.commandLines, true)),
    aspect('boot-options', image.bootOptions === null ? [] : bootOptionReasons(image, esxi)),
    aspect('signers', signerReasons(image, esxi), true),
    aspect('measurements-explained', unexplainedByEsxi(booted)),
  ];
};
