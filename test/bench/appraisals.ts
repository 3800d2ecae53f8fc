import { appraisalEngines } from '../../adapters/crypto/engines.js';
import type { AppraisalEngines } from '../../domain/appraisal/appraiser.js';
import type { BenchGroup, Figure } from './figure.js';
import { buildGoAttestation, type Peer } from './peers/go-attestation.js';
import { evidenceFileOf } from './project-root.js';
import { appraisalOf, judge, recordedBoot } from './recorded-boot.js';
import { median, ratePerCoreSecond } from './timing.js';

const ROUNDS = 7;
const SECONDS = 0.6;
/** A server is warm after its first seconds; on a busy machine the compiler takes longer. */
const WARM_UP = 4;

const EVIDENCE = [
  { name: 'linux-secure-boot-rsassa', label: 'Linux, RSA' },
  { name: 'linux-secure-boot-ecdsa', label: 'Linux, ECDSA' },
  { name: 'esxi-8.0.3-ecc', label: 'ESXi, ECDSA' },
];

const withoutMemo = ({ hashing, signatures, certificates }: AppraisalEngines): AppraisalEngines => ({
  hashing,
  signatures,
  certificates,
});

/** By turns in one process after another, so that whatever else the machine does slows all of them. */
const measure = ({ name, label }: (typeof EVIDENCE)[number], peer: Peer | undefined): ReadonlyArray<Figure> => {
  const seenEngines = appraisalEngines();
  const unseenEngines = withoutMemo(seenEngines);
  const input = appraisalOf(seenEngines, recordedBoot(name));
  const unseen = (seconds = SECONDS): number => ratePerCoreSecond(seconds, () => void judge(unseenEngines, input));
  const seen = (seconds = SECONDS): number => ratePerCoreSecond(seconds, () => void judge(seenEngines, input));
  const warmUp = unseen(WARM_UP) + seen(WARM_UP / 2);
  if (!(warmUp > 0)) throw new Error('nothing was appraised');
  const rounds = Array.from({ length: ROUNDS }, () => ({
    unseen: unseen(),
    seen: seen(),
    peer: peer?.(evidenceFileOf(name), SECONDS),
  }));
  const unit = 'appraisals/s';
  const first = median(rounds.map((round) => round.unseen));
  const ratio = median(rounds.flatMap((round) => (round.peer === undefined ? [] : [round.unseen / round.peer])));
  return [
    { name: `${label}: log never seen`, measured: first, unit, atLeast: 3000 },
    ...(peer === undefined
      ? []
      : [
          {
            name: `${label}: log never seen`,
            measured: first,
            unit,
            peer: { name: 'go-attestation', value: first / ratio },
          },
        ]),
    { name: `${label}: log seen before`, measured: median(rounds.map((round) => round.seen)), unit, atLeast: 10_000 },
  ];
};

/** One core: nothing here waits for anything. Certificates are remembered, as in the server; go-attestation reads none. */
export const appraisals: BenchGroup = {
  name: 'appraisals',
  what: 'appraisals of a 13-15 kB boot log, the domain alone',
  run: ({ say }) => {
    const peer = buildGoAttestation();
    if (typeof peer === 'string') say(peer);
    return Promise.resolve(EVIDENCE.flatMap((one) => measure(one, typeof peer === 'string' ? undefined : peer)));
  },
};
