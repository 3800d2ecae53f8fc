/** Writes DER, also wrong on purpose. */
const lengthOf = (size: number): Uint8Array => {
  if (size < 0x80) return Uint8Array.of(size);
  return size < 0x100 ? Uint8Array.of(0x81, size) : Uint8Array.of(0x82, size >> 8, size & 0xff);
};

export const der = (tag: number, ...contents: ReadonlyArray<Uint8Array>): Uint8Array => {
  const content = Buffer.concat(contents);
  return new Uint8Array(Buffer.concat([Uint8Array.of(tag), lengthOf(content.length), content]));
};

export const sequence = (...contents: ReadonlyArray<Uint8Array>): Uint8Array => der(0x30, ...contents);
export const set = (...contents: ReadonlyArray<Uint8Array>): Uint8Array => der(0x31, ...contents);
export const integer = (...bytes: ReadonlyArray<number>): Uint8Array => der(0x02, Uint8Array.from(bytes));
export const boolean = (value: boolean): Uint8Array => der(0x01, Uint8Array.of(value ? 0xff : 0));
export const octets = (content: Uint8Array): Uint8Array => der(0x04, content);
export const bits = (content: Uint8Array, unused = 0): Uint8Array => der(0x03, Uint8Array.of(unused), content);
export const utf8String = (text: string): Uint8Array => der(0x0c, Buffer.from(text));
export const NULL = der(0x05);

const base128 = (arc: number): ReadonlyArray<number> => {
  const low = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) low.unshift(0x80 | (rest & 0x7f));
  return low;
};

export const oid = (dotted: string): Uint8Array => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Uint8Array.from([40 * first + second, ...rest].flatMap(base128)));
};
