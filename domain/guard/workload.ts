import * as t from 'io-ts';
import { closedWith } from '../encoding/closed.js';
import { Text } from '../encoding/primitives.js';
import { ProviderId } from '../key-provider/provider-id.js';

const Firmware = t.keyof({ efi: null, bios: null }, 'Firmware');

/**
 * What a scheduler says of a workload; `vtpm`: it has a virtual TPM. The authority can't check any of it, so silence never
 * makes a workload easier to place: see `isGuarded`.
 */
const said = { encrypted: t.boolean, vtpm: t.boolean, firmware: Firmware, secureBoot: t.boolean };

/** As it was described before it could name a key provider. */
export const EarlierWorkload = closedWith({ id: Text(128) }, said, 'Workload');

/** `keyProvider`: whose key it can't run without. */
export const Workload = closedWith({ id: Text(128) }, { ...said, keyProvider: ProviderId }, 'Workload');
export type Workload = t.TypeOf<typeof Workload>;

/** It runs inside the protected area only, as does everything but what says that it is neither encrypted nor has a virtual TPM and needs no key. */
export const isGuarded = ({ encrypted, vtpm, keyProvider }: Workload): boolean =>
  encrypted !== false || vtpm !== false || keyProvider !== undefined;
