import type { ReferenceEvent } from './events.js';

/** Kinds of events that end what verdicts lean on. */
export type TakingBack = 'BaseImageWithdrawn' | 'TpmCaRevoked' | 'EndorsementKeyRevoked';

/** What an affirming verdict leans on, under the names that it knows them by. */
export interface LeaningVerdict {
  readonly image: { readonly digest: string } | null;
  readonly tpmCa: string | null;
  readonly endorsementKey: string | null;
}

export const takenBackKey = (code: TakingBack, named: string): string => `taken-back/${code}/${named}`;

/** Undefined for events that take nothing back. */
export const takenBackKeyOf = (event: ReferenceEvent): string | undefined => {
  switch (event.type) {
    case 'BaseImageWithdrawn':
      return takenBackKey(event.type, event.data.digest);
    case 'TpmCaRevoked':
      return takenBackKey(event.type, event.data.name);
    case 'EndorsementKeyRevoked':
      return takenBackKey(event.type, event.data.publicKeyDigest);
    case 'TpmCaTrusted':
    case 'EndorsementKeyTrusted':
    case 'EndorsementKeysTrusted':
    case 'BaseImageProposed':
    case 'BaseImageApproved':
    case 'TpmModelListed':
    case 'TpmModelDelisted':
    case 'AttestationPolicyChanged':
      return undefined;
  }
};

/** What must not have been taken back since the reference values that the verdict rests on. */
export const leansOn = ({
  image,
  tpmCa,
  endorsementKey,
}: LeaningVerdict): ReadonlyArray<readonly [code: TakingBack, key: string]> => [
  ...(image === null ? [] : [['BaseImageWithdrawn', takenBackKey('BaseImageWithdrawn', image.digest)] as const]),
  ...(tpmCa === null ? [] : [['TpmCaRevoked', takenBackKey('TpmCaRevoked', tpmCa)] as const]),
  ...(endorsementKey === null
    ? []
    : [['EndorsementKeyRevoked', takenBackKey('EndorsementKeyRevoked', endorsementKey)] as const]),
];
