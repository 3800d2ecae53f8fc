import { keyChanges } from '../../domain/ledger/keyring.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { entryEngines } from '../crypto/engines.js';
import type { KurrentLedger } from '../event-store/kurrent/open-kurrent-ledger.js';
import { type CheckpointKeeper, createCheckpointKeeper } from '../transparency/checkpoint-keeper.js';
import { publishedBefore } from '../transparency/kurrent/published-before.js';
import { witnessedBefore } from '../transparency/witnessed-before.js';
import type { AuthorityLog, ServedLog } from './authority-log.js';
import type { DataFolder } from './data-folder.js';
import type { LiveKeys } from './live-keys.js';

export interface WitnessedOptions {
  readonly folder: DataFolder;
  readonly keys: Pick<LiveKeys, 'logKeys' | 'keyring'>;
  readonly policy: WitnessPolicy | undefined;
  /** Where other nodes publish as well. */
  readonly cluster?: Pick<KurrentLedger, 'client' | 'names'> | undefined;
  readonly onFault: (tag: string) => void;
}

/** Whose cosignatures count, for checkpoints under any key that the log ever had. */
const policyNow = ({ policy, keys }: WitnessedOptions): WitnessPolicy | undefined =>
  policy && { ...policy, logs: keys.logKeys().map((key) => ({ key, url: undefined })) };

/** Undefined where no witness is asked: then no checkpoint proves more than the newest does. */
export const keeperOf = (options: WitnessedOptions): CheckpointKeeper | undefined =>
  options.policy &&
  createCheckpointKeeper({
    file: options.folder.logCosigned,
    verifyEd25519: entryEngines.verifyEd25519,
    policy: () => policyNow(options),
    changes: () => keyChanges(options.keys.keyring()),
    onFault: ({ _tag }) => options.onFault(_tag),
  });

/** A log that also says what witnesses had seen of it when. */
export const withWitnessed = (
  options: WitnessedOptions,
  keeper: CheckpointKeeper | undefined,
  log: ServedLog,
): AuthorityLog => ({
  ...log,
  witnessedBefore: witnessedBefore({
    ...entryEngines,
    file: options.folder.logCosigned,
    shared: options.cluster && publishedBefore(options.cluster.client, options.cluster.names.published),
    policy: () => policyNow(options),
    published: log.published,
    prove: log.proveConsistency,
  }),
  close: async () => {
    await log.close();
    await keeper?.idle();
  },
});
