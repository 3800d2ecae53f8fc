import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromBase64, isBase64 } from '../../domain/encoding/bytes.js';

export interface PemBlock {
  readonly label: 'CERTIFICATE' | 'PUBLIC KEY';
  readonly der: Uint8Array;
  /** Line of its BEGIN, from 1. */
  readonly line: number;
}

const LABELS: Readonly<Record<string, PemBlock['label'] | undefined>> = {
  CERTIFICATE: 'CERTIFICATE',
  'X509 CERTIFICATE': 'CERTIFICATE',
  'TRUSTED CERTIFICATE': undefined,
  'PUBLIC KEY': 'PUBLIC KEY',
};

const BEGIN = /^-----BEGIN ([A-Z0-9 ]{1,40})-----\s*$/;
const BASE64_LINE = /^[A-Za-z0-9+/]*={0,2}$/;
const MOST_LINES_IN_BLOCK = 1024;

type Fault = E.Either<string, never>;

const at = (line: number, rule: string): Fault => E.left(`line ${String(line)} ${rule}`);

const labelOf = (text: string, line: number): E.Either<string, PemBlock['label']> => {
  if (text.includes('PRIVATE'))
    return at(line, 'begins a private key, which nobody needs here: take it out of the file');
  const label = LABELS[text];
  return label === undefined
    ? at(line, `begins a ${text}, which is neither a certificate nor a public key`)
    : E.right(label);
};

const derOf = (body: string, line: number): E.Either<string, Uint8Array> =>
  body !== '' && isBase64(body) ? E.right(fromBase64(body)) : at(line, 'begins a block that is not base64');

interface Raw {
  readonly block: PemBlock;
  readonly next: number;
}

const blockAt = (lines: ReadonlyArray<string>, begin: number, text: string): E.Either<string, Raw> => {
  const line = begin + 1;
  const end = `-----END ${text}-----`;
  const body: Array<string> = [];
  for (let i = begin + 1; i < lines.length && body.length <= MOST_LINES_IN_BLOCK; i += 1) {
    const each = (lines[i] ?? '').trim();
    if (each === end) {
      return pipe(
        E.Do,
        E.bind('label', () => labelOf(text, line)),
        E.bind('der', () => derOf(body.join(''), line)),
        E.map((block) => ({ block: { ...block, line }, next: i + 1 })),
      );
    }
    if (!BASE64_LINE.test(each)) return at(i + 1, 'is neither base64 nor the end of its block');
    body.push(each);
  }
  return at(line, 'begins a block without an end');
};

/**
 * Certificates and public keys of a PEM file of any length; text between blocks is passed over, as RFC 7468 has it. One bad
 * block spoils the file: what would be left out silently might be the one that matters.
 */
export const pemBlocks = (text: string, most: number): E.Either<string, ReadonlyArray<PemBlock>> => {
  const lines = text.split(/\r\n|\n|\r/);
  const blocks: Array<PemBlock> = [];
  for (let i = 0; i < lines.length; ) {
    const label = BEGIN.exec(lines[i] ?? '')?.[1];
    if (label === undefined) {
      i += 1;
      continue;
    }
    if (blocks.length >= most) return E.left(`holds more than ${String(most)} certificates or keys`);
    const raw = pipe(blockAt(lines, i, label));
    if (E.isLeft(raw)) return raw;
    blocks.push(raw.right.block);
    i = raw.right.next;
  }
  return blocks.length === 0 ? E.left('holds no certificate and no public key in PEM') : E.right(blocks);
};
