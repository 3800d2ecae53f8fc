/** GB/T 32905-2016, where no library of this program has it: some TPMs keep a bank of PCRs in it. */
const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

const rotate = (word: number, by: number): number =>
  by % 32 === 0 ? word : (word << (by % 32)) | (word >>> (32 - (by % 32)));
const p0 = (x: number): number => x ^ rotate(x, 9) ^ rotate(x, 17);
const p1 = (x: number): number => x ^ rotate(x, 15) ^ rotate(x, 23);

const padded = (bytes: Uint8Array): DataView => {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(whole.length - 4, (bytes.length * 8) >>> 0);
  return view;
};

const expand = (block: DataView, offset: number): Int32Array => {
  const w = new Int32Array(68);
  const at = (j: number): number => w[j] ?? 0;
  for (let j = 0; j < 16; j++) w[j] = block.getInt32(offset + 4 * j);
  for (let j = 16; j < 68; j++) {
    w[j] = p1(at(j - 16) ^ at(j - 9) ^ rotate(at(j - 3), 15)) ^ rotate(at(j - 13), 7) ^ at(j - 6);
  }
  return w;
};

type State = readonly [number, number, number, number, number, number, number, number];

const round = ([a, b, c, d, e, f, g, h]: State, j: number, w: Int32Array): State => {
  const ss1 = rotate((rotate(a, 12) + e + rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j)) | 0, 7);
  const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
  const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
  const tt1 = (ff + d + (ss1 ^ rotate(a, 12)) + ((w[j] ?? 0) ^ (w[j + 4] ?? 0))) | 0;
  const tt2 = (gg + h + ss1 + (w[j] ?? 0)) | 0;
  return [tt1, a, rotate(b, 9), c, p0(tt2), e, rotate(f, 19), g];
};

export const sm3 = (bytes: Uint8Array): Uint8Array => {
  const blocks = padded(bytes);
  let state: ReadonlyArray<number> = START;
  for (let offset = 0; offset < blocks.byteLength; offset += 64) {
    const w = expand(blocks, offset);
    let working = state as unknown as State;
    for (let j = 0; j < 64; j++) working = round(working, j, w);
    const before = state;
    state = working.map((word, i) => word ^ (before[i] ?? 0));
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setInt32(4 * i, word));
  return new Uint8Array(digest.buffer);
};
