import * as t from 'io-ts';
import { closedWith } from '../encoding/closed.js';
import { Text } from '../encoding/primitives.js';

const Firmware = t.keyof({ efi: null, bios: null }, 'Firmware');

/**
 * What a scheduler says of a workload; `vtpm`: it has a virtual TPM. The authority can't check any of it, so silence never
 * makes a workload easier to place: see `isGuarded`.
 */
export const Workload = closedWith(
  { id: Text(128) },
  { encrypted: t.boolean, vtpm: t.boolean, firmware: Firmware, secureBoot: t.boolean },
  'Workload',
);
export type Workload = t.TypeOf<typeof Workload>;

/** It runs inside the protected area only. What does not say that it is neither encrypted nor has a virtual TPM is. */
export const isGuarded = ({ encrypted, vtpm }: Workload): boolean => encrypted !== false || vtpm !== false;
