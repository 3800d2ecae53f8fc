import { toHex } from '../../../encoding/bytes.js';
import type { GoldenPcrImage } from '../../base-image.js';
import { reason } from '../../reason-codes.js';
import type { Aspect, Booted } from './aspect.js';

/** Exact values. A register that was not quoted is refused by the caller, which knows what every image needs. */
export const goldenPcrAspects = (image: GoldenPcrImage, { pcrs }: Booted): ReadonlyArray<Aspect> => [
  {
    rule: 'golden-pcrs',
    needsSecureBoot: false,
    reasons: image.pcrs
      .flatMap(({ pcr, values }) => {
        const value = pcrs.get(pcr);
        return value === undefined ? [] : [{ pcr, values, actual: toHex(value) }];
      })
      .filter(({ values, actual }) => !values.includes(actual))
      .map(({ pcr, values, actual }) => reason('GoldenPcrMismatch', { pcr, expected: values[0], actual })),
  },
];
