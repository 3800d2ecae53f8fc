import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../../adapters/crypto/canonicalize.js';
import { fromUtf8, utf8 } from '../../../domain/encoding/bytes.js';
import { whatIsSigned } from '../../../domain/signer/what-is-signed.js';
import { checkpointMessage, eventMessage, prefixed } from '../../support/signed-messages.js';

const [KID, OTHER, AUTHORITY] = ['0123456789abcdef', 'fedcba9876543210', '00112233445566aa'];
const key = (purpose: 'event' | 'log' | 'token' | 'authority') => ({ kid: KID, purpose, authority: AUTHORITY });
const signs = (purpose: Parameters<typeof key>[0], message: Uint8Array): boolean =>
  E.isRight(whatIsSigned(canonicalize)(key(purpose), message));

const statement = (names: object) =>
  ({
    authority: AUTHORITY,
    kid: OTHER,
    publicKey: 'AAAA',
    purpose: 'event',
    node: null,
    replaces: null,
    ...names,
  }) as const;

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (kid: string, typ = 'eat+jwt'): Uint8Array =>
  utf8(`${part({ alg: 'EdDSA', kid, typ })}.${part({ sub: 'h1' })}`);

describe('a signer', () => {
  it('signs events of its own key, an authority key those of the authority stream and an event key all others', () => {
    expect(signs('event', eventMessage(KID))).toBe(true);
    expect(signs('event', eventMessage(OTHER))).toBe(false);
    expect(signs('event', eventMessage(KID, 0, 'authority'))).toBe(false);
    expect(signs('authority', eventMessage(KID, 0, 'authority'))).toBe(true);
    expect(signs('authority', eventMessage(KID))).toBe(false);
    expect(signs('log', eventMessage(KID))).toBe(false);
    expect(signs('event', eventMessage(KID, 0, 'host/h1', { more: 1 }))).toBe(false);
  });

  it('signs what an event key says about the ledger, if it names that key', () => {
    for (const kind of ['head', 'stream-heads', 'backup']) {
      expect(signs('event', prefixed(kind, { kid: KID, v: 1 }))).toBe(true);
      expect(signs('event', prefixed(kind, { kid: OTHER, v: 1 }))).toBe(false);
      expect(signs('event', prefixed(kind, 'kid'))).toBe(false);
      expect(signs('log', prefixed(kind, { kid: KID, v: 1 }))).toBe(false);
    }
  });

  it('vouches for a key of its own authority and purpose that follows it, or that it is', () => {
    expect(signs('event', prefixed('key-endorsement', statement({ replaces: KID })))).toBe(true);
    expect(signs('event', prefixed('key-possession', statement({ kid: KID })))).toBe(true);
    expect(signs('event', prefixed('key-endorsement', statement({ replaces: OTHER })))).toBe(false);
    expect(signs('event', prefixed('key-possession', statement({})))).toBe(false);
    expect(signs('log', prefixed('key-possession', statement({ kid: KID })))).toBe(false);
    expect(signs('event', prefixed('key-possession', statement({ kid: KID, authority: OTHER })))).toBe(false);
  });

  it('signs checkpoints of its own log, and tokens of ours under its own key', () => {
    expect(signs('log', checkpointMessage(AUTHORITY, 7))).toBe(true);
    expect(signs('log', checkpointMessage(OTHER, 7))).toBe(false);
    expect(signs('event', checkpointMessage(AUTHORITY, 7))).toBe(false);
    expect(signs('token', tokenOf(KID))).toBe(true);
    expect(signs('token', tokenOf(OTHER))).toBe(false);
    expect(signs('token', tokenOf(KID, 'JWT'))).toBe(false);
    expect(signs('event', tokenOf(KID))).toBe(false);
  });

  it('signs nothing else, and nothing that is spelt in another way', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('event', 'log', 'token', 'authority'),
        (bytes, purpose) => {
          expect(signs(purpose, bytes)).toBe(false);
        },
      ),
    );
    const text = fromUtf8(eventMessage(KID)) ?? '';
    for (const odd of [
      text.replace(':', ': '),
      text.replace('"data":{}', '"data":{},"data":{}'),
      ` ${text}`,
      `${text}\n`,
    ]) {
      expect(odd).not.toBe(text);
      expect(signs('event', utf8(odd))).toBe(false);
    }
  });

  it('signs no event that was cut', () => {
    const bytes = eventMessage(KID);
    fc.assert(fc.property(fc.nat(bytes.length - 1), (at) => !signs('event', bytes.slice(0, at))));
  });
});
