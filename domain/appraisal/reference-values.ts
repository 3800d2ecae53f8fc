import type { BaseImage } from './base-image.js';
import type { AttestationPolicy } from './policy.js';

/** A trusted TPM CA: root first, further certificates of its chain behind it. DER. */
export interface TrustedTpmCa {
  readonly name: string;
  readonly chain: ReadonlyArray<Uint8Array>;
}

/** A listed endorsement key, by the digest of its key material (`publicKeyDigest`). */
export interface TrustedEndorsementKey {
  readonly name: string;
  readonly publicKeyDigest: string;
}

export interface ListedTpmModel {
  readonly manufacturer: string;
  readonly model: string;
  readonly firmwareVersions: ReadonlyArray<string>;
  /** Empty: any. */
  readonly biosVersions: ReadonlyArray<string>;
  readonly asOf: string;
}

export interface ReferenceImage {
  readonly image: BaseImage;
  readonly status: 'approved' | 'withdrawn';
  /** SHA-256 of the image document. */
  readonly digest: string;
}

/** Everything that says what is good, of one group at one revision. */
export interface ReferenceValues {
  readonly tpmCas: ReadonlyArray<TrustedTpmCa>;
  readonly endorsementKeys: ReadonlyArray<TrustedEndorsementKey>;
  /** Digests of keys whose trust was revoked. */
  readonly revokedEndorsementKeys: ReadonlyArray<string>;
  readonly images: ReadonlyArray<ReferenceImage>;
  readonly tpmModels: ReadonlyArray<ListedTpmModel>;
  readonly policy: AttestationPolicy;
}
