import { fromHex } from '../encoding/bytes.js';

/** The quoted values in the order asked for; undefined where one was not quoted, or none is asked for. */
export const pcrValuesOfBoot = (
  bootPcrs: Readonly<Record<string, string>>,
  bank: string,
  pcrs: ReadonlyArray<number>,
): ReadonlyArray<Uint8Array> | undefined => {
  const values = pcrs.flatMap((pcr) => {
    const value = bootPcrs[`${bank}:${String(pcr)}`];
    return value === undefined ? [] : [fromHex(value)];
  });
  return values.length === pcrs.length && values.length > 0 ? values : undefined;
};
