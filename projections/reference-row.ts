import type { BaseImage } from '../domain/appraisal/base-image.js';
import type { AttestationPolicy } from '../domain/appraisal/policy.js';
import type { ListedTpmModel } from '../domain/appraisal/reference-values.js';

/** Who did something to the reference values, and where the ledger says so. */
export interface Act {
  readonly by: string;
  readonly time: string;
  readonly index: number;
  readonly revision: number;
}

/** The newest proposal of an image version and what became of it. */
export interface BaseImageRow {
  readonly kind: 'base-image';
  readonly version: string;
  readonly displayName: string;
  readonly imageKind: BaseImage['kind'];
  readonly bank: string;
  /** Of the document in the evidence store. */
  readonly digest: string;
  readonly status: 'proposed' | 'approved' | 'withdrawn';
  readonly proposed: Act;
  readonly approved: Act | null;
  readonly withdrawn: (Act & { readonly reason: string }) | null;
}

export interface TpmCaRow {
  readonly kind: 'tpm-ca';
  readonly name: string;
  readonly subject: string;
  /** Digests of its certificates, root first. */
  readonly chain: ReadonlyArray<string>;
  readonly trusted: Act;
  readonly revoked: (Act & { readonly reason: string }) | null;
}

export interface EndorsementKeyRow {
  readonly kind: 'endorsement-key';
  readonly name: string;
  readonly publicKeyDigest: string;
  readonly certificate: string | null;
  /** Null: revoked without ever having been listed. */
  readonly trusted: Act | null;
  readonly revoked: (Act & { readonly reason: string }) | null;
}

export interface TpmModelRow extends ListedTpmModel {
  readonly kind: 'tpm-model';
  readonly listed: Act;
  readonly delisted: (Act & { readonly reason: string }) | null;
}

export interface PolicyRow {
  readonly kind: 'policy';
  readonly policy: AttestationPolicy;
  readonly changed: Act;
}

export type ReferenceRow = BaseImageRow | TpmCaRow | EndorsementKeyRow | TpmModelRow | PolicyRow;

export const POLICY_KEY = 'policy';

/** Rows of different kinds never share a key. */
export const referenceKey = (kind: ReferenceRow['kind'], name: string): string => `${kind}/${name}`;
