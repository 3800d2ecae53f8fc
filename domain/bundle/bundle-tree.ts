/** The tree that vouches for the entries, with everybody who signed it. */
export interface BundleTree {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly cosignatures: ReadonlyArray<{ readonly witness: string; readonly time: number }>;
  /** Whether a policy asked for cosignatures, and got them. */
  readonly quorum: boolean;
  /** Whether the log's key is the one that was given, or one that the authority introduced later. */
  readonly signedBy: 'given-key' | 'introduced-key';
}
