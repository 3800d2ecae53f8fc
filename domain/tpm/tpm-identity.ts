import { fromHex } from '../encoding/bytes.js';
import type { Certificate } from '../ports.js';

/** What the maker says which TPM this is (TCG EK Credential Profile 2.5, 3.1.2), in the words of its certificate. */
export interface TpmIdentity {
  /** As in the certificate, such as `id:49465800`. */
  readonly manufacturer: string;
  /** The same in the letters of the TCG vendor id registry, such as `IFX`; undefined when those bytes are no letters. */
  readonly manufacturerName: string | undefined;
  readonly model: string;
  /** As in the certificate, such as `id:00070055`. */
  readonly firmwareVersion: string;
  /** Such as `2.0`; undefined when the certificate doesn't say. */
  readonly specificationFamily: string | undefined;
}

const MANUFACTURER = '2.23.133.2.1';
const MODEL = '2.23.133.2.2';
const FIRMWARE_VERSION = '2.23.133.2.3';
const VENDOR_ID = /^id:([0-9a-f]{8})$/i;
const LETTERS = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/** Four characters, filled with spaces or zero bytes. */
export const vendorName = (manufacturer: string): string | undefined => {
  const hex = VENDOR_ID.exec(manufacturer)?.[1]?.toLowerCase();
  if (hex === undefined) return undefined;
  const name = String.fromCharCode(...fromHex(hex)).replace(/[\0 ]+$/, '');
  return LETTERS.test(name) ? name : undefined;
};

/** Undefined unless the subject alternative name has all three attributes. */
export const tpmIdentityOf = (certificate: Certificate): TpmIdentity | undefined => {
  const name = certificate.directoryNames.find((attributes) => attributes[MANUFACTURER] !== undefined);
  const manufacturer = name?.[MANUFACTURER];
  const model = name?.[MODEL];
  const firmwareVersion = name?.[FIRMWARE_VERSION];
  if (manufacturer === undefined || model === undefined || firmwareVersion === undefined) return undefined;
  const specificationFamily = certificate.tpmSpecificationFamily;
  return { manufacturer, manufacturerName: vendorName(manufacturer), model, firmwareVersion, specificationFamily };
};
