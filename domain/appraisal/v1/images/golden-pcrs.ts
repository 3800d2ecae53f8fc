import type { GoldenPcrImage } from '../../base-image.js';
import { reason } from '../../reason-codes.js';
import type { Aspect, Booted } from './aspect.js';

/** Exact values. A register that was not quoted is refused by the caller, which knows what every image needs. */
export const goldenPcrAspects = (image: GoldenPcrImage, { pcrs }: Booted): ReadonlyArray<Aspect> => [
  {
    rule: 'golden-pcrs',
    needsSecureBoot: false,
    reasons: image.pcrs
      .filter(({ pcr, values }) => pcrs.has(pcr) && !values.includes(pcrs.get(pcr) ?? ''))
      .map(({ pcr, values }) => reason('GoldenPcrMismatch', { pcr, expected: values[0], actual: pcrs.get(pcr) })),
  },
];
