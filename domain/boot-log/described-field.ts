import { fromUtf8, toHex } from '../encoding/bytes.js';
import { withoutNul } from './text.js';

export type Coverage = 'covered-by-digest' | 'claim';

/** One thing that an entry says. `claim`: whoever sent the log may have written anything there. */
export interface DescribedField {
  readonly name: string;
  readonly value: string;
  readonly coverage: Coverage;
}

export const LONGEST_HEX = 64;

const lines = (bytes: Uint8Array): string | undefined => {
  const text = fromUtf8(withoutNul(bytes));
  return text === undefined || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(text) ? undefined : text;
};

/** Bytes of no known meaning: as text where they are text, else the first of them in hexadecimal. */
export const bytesText = (bytes: Uint8Array): string => {
  const text = lines(bytes);
  if (text !== undefined) return text;
  const shown = toHex(bytes.subarray(0, LONGEST_HEX));
  return bytes.length > LONGEST_HEX ? `${shown}... (${String(bytes.length)} bytes)` : shown;
};

/** A host's own text, made harmless for a terminal: control characters are written out. */
export const visible = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (letter) =>
    letter === '\n' ? '\\n' : `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
