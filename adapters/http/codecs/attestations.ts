import * as t from 'io-ts';
import { PcrTexts } from '../../../domain/appraisal/evidence-manifest.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Base64UpTo, HexUpTo, ListUpTo, Text } from '../../../domain/encoding/primitives.js';
import { TokenKind } from '../../../domain/token/token-kind.js';
import { Pem } from '../../text/pem-text.js';
import { LongBase64UpTo } from './long-base64.js';

const Structure = Base64UpTo(4096);

/** Structures as the TPM gives them: TPM2B_PUBLIC for keys; the certificate in DER; issuers in PEM. */
export const OfferKey = closedWith(
  { ekPublic: Structure, akPublic: Structure },
  { ekCertificate: Base64UpTo(16_384), ekIssuers: ListUpTo(Pem, 8) },
  'OfferKey',
);

export const KeyChallenge = t.type(
  { activation: t.string, credentialBlob: t.string, encryptedSecret: t.string, expiresAt: t.string },
  'KeyChallenge',
);

export const ProveKey = closed({ activation: Text(8192), secret: Base64UpTo(64) }, 'ProveKey');

export const KeyCertified = t.type({ akName: t.string, index: t.union([t.null, t.number]) }, 'KeyCertified');

export const IssuedTokens = t.readonlyArray(
  t.type({ kind: t.string, token: t.string, expiresAt: t.string }, 'IssuedToken'),
);

export const AskChallenge = closed({ akName: HexUpTo(66) }, 'AskChallenge');

export const Challenge = t.type(
  {
    nonce: t.string,
    expiresAt: t.string,
    pcrs: t.type({ bank: t.string, indices: t.readonlyArray(t.number) }),
  },
  'Challenge',
);
export type Challenge = t.TypeOf<typeof Challenge>;

/** `quote` is TPMS_ATTEST, `signature` TPMT_SIGNATURE, `eventLog` the firmware's log with what was appended to it. */
export const Attestation = closedWith(
  {
    nonce: HexUpTo(256),
    quote: Structure,
    signature: Structure,
    pcrs: PcrTexts,
    eventLog: LongBase64UpTo(786_432),
  },
  { akName: HexUpTo(66), wrappingKey: Base64UpTo(32), tokens: ListUpTo(TokenKind, 2) },
  'Attestation',
);

export const Reason = t.intersection(
  [
    t.type({ code: t.string }),
    t.partial({ subject: t.string, pcr: t.number, event: t.number, expected: t.string, actual: t.string }),
  ],
  'Reason',
);
export type Reason = t.TypeOf<typeof Reason>;

export const RuleResult = t.intersection(
  [t.type({ rule: t.string, outcome: t.string, reasons: t.readonlyArray(Reason) }), t.partial({ because: t.string })],
  'RuleResult',
);

export const Judged = t.type(
  {
    verdict: t.string,
    grade: t.string,
    reasons: t.readonlyArray(Reason),
    rules: t.readonlyArray(RuleResult),
    image: t.union([t.null, t.type({ version: t.string, digest: t.string })]),
    exceptions: t.readonlyArray(t.string),
    at: t.string,
    notAfter: t.string,
    index: t.number,
    revision: t.number,
  },
  'Judged',
);

/**
 * A verdict fresh from judging; an affirming one comes with the tokens that were asked for. `group`: of the reference values
 * that it was judged by.
 */
export const Attested = t.intersection([Judged, t.type({ tokens: IssuedTokens, group: t.string })], 'Attested');
export type Judged = t.TypeOf<typeof Judged>;
