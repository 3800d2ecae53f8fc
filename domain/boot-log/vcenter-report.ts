import * as t from 'io-ts';
import { ListUpTo, SafeInt } from '../encoding/primitives.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';

/**
 * The answer of a vCenter to QueryTpmAttestationReport, as the Virtual Infrastructure JSON API writes it. No attestation key
 * and no nonce stand behind it: it is hearsay of the vCenter, good for a report and never for a key.
 */
export interface VcenterReport {
  readonly registers: ReadonlyArray<VcenterRegister>;
  readonly events: ReadonlyArray<VcenterEvent>;
  /** What the vCenter says of its own log; undefined when it does not say. */
  readonly logReliable: boolean | undefined;
}

export interface VcenterRegister {
  readonly pcr: number;
  /** Undefined: no method given, or one we do not know. Never guessed from the length. */
  readonly algorithm: HashAlgorithm | undefined;
  readonly value: Uint8Array;
}

/** `text` fields are claims, except a boot security option whose digest is of its own text. */
export interface VcenterEvent {
  readonly index: number;
  readonly pcr: number;
  readonly algorithm: HashAlgorithm | undefined;
  readonly digest: Uint8Array;
  readonly details: VcenterEventDetails;
}

export type VcenterEventDetails =
  | {
      readonly kind: 'software-component';
      readonly componentName: string;
      readonly vibName: string | undefined;
      readonly vibVersion: string | undefined;
      readonly vibVendor: string | undefined;
    }
  | { readonly kind: 'command'; readonly commandLine: string }
  | { readonly kind: 'option'; readonly optionsFileName: string; readonly bootOptions: Uint8Array | undefined }
  /** Security options, NVRAM tags and signers, by their type's name. */
  | { readonly kind: 'boot-security-option'; readonly typeName: string; readonly option: string }
  | { readonly kind: 'version'; readonly version: Uint8Array }
  /** A type that we do not know, or one without the fields that it must have. */
  | { readonly kind: 'unreadable'; readonly typeName: string };

const MOST_TEXT = 4096;
const MOST_BYTES = 65_536;

const Line = new t.Type<string>(
  `Text(at most ${String(MOST_TEXT)})`,
  (u): u is string => typeof u === 'string' && u.length <= MOST_TEXT,
  (u, c) => (typeof u === 'string' && u.length <= MOST_TEXT ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const isSignedByte = (u: unknown): u is number => typeof u === 'number' && Number.isInteger(u) && u >= -128 && u <= 127;
const SignedByte = new t.Type<number>(
  'SignedByte',
  isSignedByte,
  (u, c) => (isSignedByte(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const Bytes = (max: number) => ListUpTo(SignedByte, max);
const optional = <A>(codec: t.Type<A, unknown>) => t.union([t.undefined, codec]);

/** Not closed: the vCenter's interface grows, and what we do not read decides nothing. */
export const VcenterReportDocument = t.type(
  {
    tpmPcrValues: ListUpTo(
      t.type({ pcrNumber: SafeInt, digestMethod: optional(Line), digestValue: Bytes(64) }, 'HostTpmDigestInfo'),
      256,
    ),
    tpmEvents: ListUpTo(
      t.type(
        {
          pcrIndex: SafeInt,
          eventDetails: t.type(
            {
              _typeName: Line,
              dataHash: Bytes(64),
              dataHashMethod: optional(Line),
              componentName: optional(Line),
              vibName: optional(Line),
              vibVersion: optional(Line),
              vibVendor: optional(Line),
              commandLine: optional(Line),
              optionsFileName: optional(Line),
              bootOptions: optional(Bytes(MOST_BYTES)),
              bootSecurityOption: optional(Line),
              version: optional(Bytes(MOST_BYTES)),
            },
            'HostTpmEventDetails',
          ),
        },
        'HostTpmEventLogEntry',
      ),
      10_000,
    ),
    tpmLogReliable: optional(t.boolean),
  },
  'HostTpmAttestationReport',
);
export type VcenterReportDocument = t.TypeOf<typeof VcenterReportDocument>;
