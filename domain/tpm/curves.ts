import { fromHex } from '../encoding/bytes.js';
import type { EccCurve } from '../ports.js';

interface Curve {
  /** TPM_ECC_CURVE (TCG Algorithm Registry, table 4). */
  readonly id: number;
  /** Bytes of a coordinate. */
  readonly size: number;
  /** Order of the base point (FIPS 186-4, D.1.2), as long as a coordinate. */
  readonly order: Uint8Array;
}

export const CURVES: Readonly<Record<EccCurve, Curve>> = {
  'P-256': {
    id: 0x0003,
    size: 32,
    order: fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
  },
  'P-384': {
    id: 0x0004,
    size: 48,
    order: fromHex('ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973'),
  },
  'P-521': {
    id: 0x0005,
    size: 66,
    order: fromHex(
      '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    ),
  },
};

const NAMES = Object.keys(CURVES) as ReadonlyArray<EccCurve>;

export const curveOf = (id: number): EccCurve | undefined => NAMES.find((name) => CURVES[name].id === id);
