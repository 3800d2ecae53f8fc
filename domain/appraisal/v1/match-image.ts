import type { BootClaims } from '../../boot-log/claims.js';
import type { BaseImage } from '../base-image.js';
import { reason } from '../reason-codes.js';
import type { ReferenceImage } from '../reference-values.js';
import type { Reason } from '../result.js';
import type { Aspect, Booted } from './images/aspect.js';
import { esxiAspects, productVersionsOf } from './images/esxi.js';
import { goldenPcrAspects } from './images/golden-pcrs.js';
import { uefiLinuxAspects } from './images/uefi-linux.js';

/** How a host compares with one image. */
export interface ImageMatch {
  readonly reference: ReferenceImage;
  readonly aspects: ReadonlyArray<Aspect>;
  readonly faults: number;
}

/** `fits`: an approved image fits. `closest`: none does, this one least badly. `refused`: there is none to compare with. */
export type ImageChoice =
  | { readonly _tag: 'fits'; readonly match: ImageMatch }
  | { readonly _tag: 'closest'; readonly match: ImageMatch }
  | { readonly _tag: 'refused'; readonly reasons: ReadonlyArray<Reason> };

/** Registers that an image's rules rest on. */
export const pcrsOf = (image: BaseImage): ReadonlyArray<number> => {
  switch (image.kind) {
    case 'esxi':
      return [11, 12, 13, 14];
    case 'uefi-linux':
      return [4, 8, 9];
    case 'golden-pcrs':
      return image.pcrs.map(({ pcr }) => pcr);
  }
};

/** Whether an image speaks of such a host at all: an ESXi image of its product version, a Linux image, golden values. */
const speaksOf = (image: BaseImage, { claims }: Booted): boolean => {
  switch (image.kind) {
    case 'esxi': {
      const versions = claims.esxi === undefined ? [] : productVersionsOf(claims.esxi);
      return versions.length === 1 && versions[0] === image.productVersion;
    }
    case 'uefi-linux':
      return claims.esxi === undefined;
    case 'golden-pcrs':
      return true;
  }
};

const compare = (image: BaseImage, booted: Booted): ReadonlyArray<Aspect> => {
  switch (image.kind) {
    case 'esxi':
      return booted.claims.esxi === undefined ? [] : esxiAspects(image, booted, booted.claims.esxi);
    case 'uefi-linux':
      return uefiLinuxAspects(image, booted);
    case 'golden-pcrs':
      return goldenPcrAspects(image, booted);
  }
};

const compared = new WeakMap<BootClaims, WeakMap<BaseImage, ReadonlyArray<Aspect>>>();

/**
 * The claims of a log that was seen before are the same object, and what an image finds in a log depends on nothing else.
 * Golden values are compared with registers instead.
 */
const aspectsOf = (image: BaseImage, booted: Booted): ReadonlyArray<Aspect> => {
  if (image.kind === 'golden-pcrs') return compare(image, booted);
  const byImage = compared.get(booted.claims) ?? new WeakMap<BaseImage, ReadonlyArray<Aspect>>();
  const aspects = byImage.get(image) ?? compare(image, booted);
  byImage.set(image, aspects);
  compared.set(booted.claims, byImage);
  return aspects;
};

const uncovered = (image: BaseImage, { bank, pcrs }: Booted): ReadonlyArray<Reason> => {
  if (image.bank !== bank) return [reason('BaseImageBankNotQuoted', { expected: image.bank, actual: bank })];
  return pcrsOf(image)
    .filter((pcr) => !pcrs.has(pcr))
    .map((pcr) => reason('BaseImagePcrNotQuoted', { pcr }));
};

const matchOf = (reference: ReferenceImage, booted: Booted, secureBoot: boolean): ImageMatch => {
  const blind = uncovered(reference.image, booted);
  const aspects: ReadonlyArray<Aspect> =
    blind.length > 0
      ? [{ rule: 'image-registers', reasons: blind, needsSecureBoot: false }]
      : aspectsOf(reference.image, booted);
  const counted = aspects.filter(({ needsSecureBoot }) => secureBoot || !needsSecureBoot);
  return { reference, aspects, faults: counted.reduce((sum, { reasons }) => sum + reasons.length, 0) };
};

const leastFaults = (matches: ReadonlyArray<ImageMatch>): ImageMatch | undefined =>
  matches.reduce<ImageMatch | undefined>(
    (best, next) => (best === undefined || next.faults < best.faults ? next : best),
    undefined,
  );

/** What a host says it runs, for a reader; an image's digests decide. */
const hostOf = ({ claims }: Booted): string => {
  if (claims.esxi === undefined) return claims.uefi ? 'uefi-linux' : 'unknown';
  return productVersionsOf(claims.esxi).join(', ') || 'ESXi without a version record';
};

/**
 * An approved image that fits wins over one that does not; a withdrawn one that fits, or that alone speaks of such a host, is
 * named as what it is. Of several that do not fit, the one with the fewest faults explains what is wrong.
 */
export const chooseImage = (
  images: ReadonlyArray<ReferenceImage>,
  booted: Booted,
  secureBoot: boolean,
): ImageChoice => {
  const matches = images
    .filter(({ image }) => speaksOf(image, booted))
    .map((reference) => matchOf(reference, booted, secureBoot));
  const best = leastFaults(matches.filter(({ reference }) => reference.status === 'approved'));
  if (best?.faults === 0) return { _tag: 'fits', match: best };
  const withdrawn = leastFaults(matches.filter(({ reference }) => reference.status === 'withdrawn'));
  if (withdrawn !== undefined && (withdrawn.faults === 0 || best === undefined))
    return { _tag: 'refused', reasons: [reason('BaseImageWithdrawn', { subject: withdrawn.reference.image.version })] };
  if (best !== undefined) return { _tag: 'closest', match: best };
  return images.some(({ status }) => status === 'approved')
    ? { _tag: 'refused', reasons: [reason('BaseImageUnknown', { subject: hostOf(booted) })] }
    : { _tag: 'refused', reasons: [reason('NoBaseImageApproved')] };
};
