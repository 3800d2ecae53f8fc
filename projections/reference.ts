import type { LedgerEvent } from '../domain/catalogue.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import type { ReferenceEvent } from '../domain/reference/events.js';
import { tpmModelKey } from '../domain/reference/state.js';
import { evolveBaseImage } from './evolve-base-image.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { type Act, POLICY_KEY, type ReferenceRow, referenceKey } from './reference-row.js';

type Rows = ReadonlyMap<string, ReferenceRow>;
type Changes = ReadonlyArray<Change<ReferenceRow>>;
type Of<T extends ReferenceEvent['type']> = Recorded<Extract<ReferenceEvent, { readonly type: T }>>;

export const actOf = ({ actor, recordedAt, index, revision }: Recorded): Act => ({
  by: actor.subject,
  time: recordedAt,
  index,
  revision,
});

const revokeCa = (rows: Rows, recorded: Of<'TpmCaRevoked'>): Changes => {
  const { name, reason } = recorded.event.data;
  const key = referenceKey('tpm-ca', name);
  const row = rows.get(key);
  return row?.kind === 'tpm-ca' ? [[key, { ...row, revoked: { ...actOf(recorded), reason } }]] : NOTHING;
};

const revokeKey = (rows: Rows, recorded: Of<'EndorsementKeyRevoked'>): Changes => {
  const { name, publicKeyDigest, reason } = recorded.event.data;
  const key = referenceKey('endorsement-key', name);
  const row = rows.get(key);
  const known = row?.kind === 'endorsement-key' ? row : { certificate: null, trusted: null };
  const revoked = { ...actOf(recorded), reason };
  return [[key, { ...known, kind: 'endorsement-key', name, publicKeyDigest, revoked }]];
};

const delist = (rows: Rows, recorded: Of<'TpmModelDelisted'>): Changes => {
  const { manufacturer, model, reason } = recorded.event.data;
  const key = referenceKey('tpm-model', tpmModelKey(manufacturer, model));
  const row = rows.get(key);
  return row?.kind === 'tpm-model' ? [[key, { ...row, delisted: { ...actOf(recorded), reason } }]] : NOTHING;
};

const evolveReference = (rows: Rows, recorded: Recorded<ReferenceEvent>): Changes => {
  const { event } = recorded;
  const act = actOf(recorded);
  switch (event.type) {
    case 'TpmCaTrusted':
      return [
        [referenceKey('tpm-ca', event.data.name), { kind: 'tpm-ca', ...event.data, trusted: act, revoked: null }],
      ];
    case 'TpmCaRevoked':
      return revokeCa(rows, { ...recorded, event });
    case 'EndorsementKeyTrusted': {
      const row = { kind: 'endorsement-key', ...event.data, trusted: act, revoked: null } as const;
      return [[referenceKey('endorsement-key', event.data.name), row]];
    }
    case 'EndorsementKeysTrusted':
      return event.data.keys.map((key) => [
        referenceKey('endorsement-key', key.name),
        { kind: 'endorsement-key', ...key, trusted: act, revoked: null },
      ]);
    case 'EndorsementKeyRevoked':
      return revokeKey(rows, { ...recorded, event });
    case 'BaseImageProposed':
    case 'BaseImageApproved':
    case 'BaseImageWithdrawn':
      return evolveBaseImage(rows, { ...recorded, event }, act);
    case 'TpmModelListed': {
      const key = tpmModelKey(event.data.manufacturer, event.data.model);
      const row = { kind: 'tpm-model', ...event.data, listed: act, delisted: null } as const;
      return [[referenceKey('tpm-model', key), row]];
    }
    case 'TpmModelDelisted':
      return delist(rows, { ...recorded, event });
    case 'AttestationPolicyChanged':
      return [[POLICY_KEY, { kind: 'policy', policy: event.data.new, changed: act }]];
  }
};

/** Only reference streams hold these. */
const asReferenceEvent = (recorded: Recorded<LedgerEvent>): Recorded<ReferenceEvent> =>
  recorded as Recorded<ReferenceEvent>;

/** Everything that says what is good: base images, TPM CAs, endorsement keys, TPM models and the policy. */
export const reference: Projection<ReferenceRow, LedgerEvent> = {
  name: 'reference',
  version: 1,
  evolve: (rows, recorded) =>
    recorded.stream.startsWith('reference/') ? evolveReference(rows, asReferenceEvent(recorded)) : NOTHING,
};
