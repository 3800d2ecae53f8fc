import { canonicalize } from '../../adapters/crypto/canonicalize.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import type { Json } from '../../domain/encoding/json.js';
import { formatCheckpoint } from '../../domain/transparency/checkpoint.js';
import { originOf } from '../../domain/transparency/origin.js';
import { right } from './ledger.js';

export const prefixed = (kind: string, value: Json): Uint8Array =>
  utf8(`sekisho/${kind}/v1\u0000${right(canonicalize(value))}`);

/** What signing the n-th event of a stream asks for. */
export const eventMessage = (kid: string, n = 0, stream = 'host/h1', more: Readonly<Record<string, Json>> = {}) =>
  prefixed('event', {
    actor: { subject: 'alice', role: 'auditor' },
    basis: {},
    command: `command ${String(n)}`,
    data: {},
    id: '00000000-0000-5000-8000-000000000000',
    kid,
    previous: null,
    recordedAt: '2026-12-01T00:00:00.000Z',
    revision: n,
    stream,
    type: 'HostEnrolled',
    typeVersion: 1,
    v: 1,
    ...more,
  });

export const checkpointMessage = (authority: string, size: number, fill = 1): Uint8Array =>
  utf8(formatCheckpoint({ origin: originOf(authority), size, root: new Uint8Array(32).fill(fill), extensions: [] }));
