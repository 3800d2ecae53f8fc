import type { StreamId } from '../../../domain/ledger/envelope.js';

/** What all streams of one authority begin with, so that several can share a cluster. */
export const PREFIX = /^[a-z][a-z0-9]{0,31}$/;

/** An authority's streams in EventStoreDB. Only those under `ledger` are audited; all else is operation. */
export interface StreamNames {
  readonly ledger: string;
  /** Where the server keeps the metadata of the ledger's streams. */
  readonly ledgerMetadata: string;
  readonly ofLedger: (stream: StreamId) => string;
  readonly evidence: (sha256: string) => string;
  /** What the names of all evidence begin with. */
  readonly evidencePrefix: string;
  /** Marks in `$all`: who sees its own has seen everything before it. */
  readonly beacon: string;
  /** Who seals, by expected revision. */
  readonly lease: string;
  /** Every checkpoint that was signed, by expected revision. */
  readonly record: string;
  /** Checkpoints as they were published, cosignatures included. */
  readonly published: string;
  /** Who copies the ledger to Kafka, and how far. */
  readonly publisher: string;
  /** What nodes tell each other about the keys that all of them must have; secrets in it are sealed. */
  readonly handOver: string;
  /** The end of the ledger here: it was moved elsewhere. What comes behind it in `$all` was never acknowledged. */
  readonly moved: string;
}

export const streamNames = (prefix: string): StreamNames => ({
  ledger: `${prefix}/ledger/`,
  ledgerMetadata: `$$${prefix}/ledger/`,
  ofLedger: (stream) => `${prefix}/ledger/${stream}`,
  evidence: (sha256) => `${prefix}/evidence/${sha256}`,
  evidencePrefix: `${prefix}/evidence/`,
  beacon: `${prefix}/beacon`,
  lease: `${prefix}/sealer`,
  record: `${prefix}/log-record`,
  published: `${prefix}/log-published`,
  publisher: `${prefix}/publisher`,
  handOver: `${prefix}/keys`,
  moved: `${prefix}/moved`,
});
