import type { SignedCheckpoint } from '../transparency/log-state.js';
import { CHECKPOINT_TYPE, type Message } from './message.js';

/** A published checkpoint, the note verbatim with its cosignatures. A consumer holds its own tree against it. */
export const checkpointMessage = ({ checkpoint: { origin, size }, bytes }: SignedCheckpoint): Message => ({
  key: origin,
  value: bytes,
  headers: {
    ce_specversion: '1.0',
    ce_id: `checkpoint-${String(size)}`,
    ce_source: origin,
    ce_type: CHECKPOINT_TYPE,
    'content-type': 'text/plain; charset=utf-8',
  },
});
