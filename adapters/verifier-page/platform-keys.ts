import { p256, p384, p521 } from '@noble/curves/nist.js';
import { concat, fromHex, toHex } from '../../domain/encoding/bytes.js';
import { fromBase64Url, toBase64Url } from '../crypto/base64url.js';

const CURVES = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const;
export type Curve = keyof typeof CURVES;

/** What RFC 5480 puts before an uncompressed point, and how long one coordinate is. */
const SPKI: Readonly<Record<Curve, { readonly prefix: Uint8Array; readonly size: number }>> = {
  'P-256': { prefix: fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), size: 32 },
  'P-384': { prefix: fromHex('3076301006072a8648ce3d020106052b81040022036200'), size: 48 },
  'P-521': { prefix: fromHex('30819b301006072a8648ce3d020106052b8104002303818600'), size: 66 },
};

export type PlatformKey =
  | { readonly kty: 'RSA'; readonly n: bigint; readonly e: bigint; readonly size: number }
  | { readonly kty: 'EC'; readonly curve: (typeof CURVES)[Curve]; readonly point: Uint8Array };

interface Jwk {
  readonly kty?: string | undefined;
  readonly crv?: string | undefined;
  readonly n?: string | undefined;
  readonly e?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes) || '0'}`);

const isCurve = (name: string | undefined): name is Curve => name !== undefined && Object.hasOwn(CURVES, name);

/** Throws for what is no point of the curve. */
const pointKey = (name: Curve, x: Uint8Array, y: Uint8Array): PlatformKey => {
  const { size } = SPKI[name];
  if (x.length > size || y.length > size) throw new Error('no such point');
  const fill = (bytes: Uint8Array): Uint8Array => concat(new Uint8Array(size - bytes.length), bytes);
  const point = concat(Uint8Array.of(4), fill(x), fill(y));
  const curve = CURVES[name];
  curve.Point.fromBytes(point).assertValidity();
  return { kty: 'EC', curve, point };
};

const fromJwk = ({ kty, crv, n = '', e = '', x = '', y = '' }: Jwk): PlatformKey => {
  if (kty === 'EC' && isCurve(crv)) return pointKey(crv, fromBase64Url(x), fromBase64Url(y));
  const modulus = fromBase64Url(n);
  if (kty !== 'RSA' || modulus.length === 0) throw new Error('no key');
  return { kty: 'RSA', n: numberOf(modulus), e: numberOf(fromBase64Url(e)), size: modulus.length };
};

interface SpkiKey {
  readonly export: () => Jwk;
}

const fromSpki = (der: Uint8Array): SpkiKey => {
  for (const [name, { prefix, size }] of Object.entries(SPKI) as ReadonlyArray<[Curve, (typeof SPKI)[Curve]]>) {
    if (toHex(der.subarray(0, prefix.length)) !== toHex(prefix)) continue;
    const point = der.subarray(prefix.length);
    const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)];
    if (point[0] !== 4 || y.length !== size) break;
    pointKey(name, x, y);
    return { export: () => ({ kty: 'EC', crv: name, x: toBase64Url(x), y: toBase64Url(y) }) };
  }
  throw new Error('no named curve');
};

type Input =
  | { readonly key: Jwk; readonly format: 'jwk' }
  | { readonly key: Uint8Array; readonly format: 'der'; readonly type: 'spki' };

/** `node:crypto`'s function of this name for the keys that TPMs and their certificates have. */
export const createPublicKey = (input: Input): PlatformKey | SpkiKey =>
  input.format === 'jwk' ? fromJwk(input.key) : fromSpki(input.key);
