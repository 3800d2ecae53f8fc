import { spawnSync } from 'node:child_process';
import { buildPeer } from './build-peer.js';

/** Appraisals of an evidence file in a second of one core, by the other program. */
export type Peer = (evidenceFile: string, seconds: number) => number;

const rateIn = (text: string): number => {
  const { appraisalsPerCpuSecond } = JSON.parse(text) as { readonly appraisalsPerCpuSecond: number };
  return appraisalsPerCpuSecond;
};

/** Text: why there is no peer. */
export const buildGoAttestation = (): Peer | string => {
  const built = buildPeer('go-attestation');
  if (typeof built === 'string') return built;
  return (file, seconds) => {
    const env = { ...process.env, GOMAXPROCS: '1' };
    const run = spawnSync(built.binary, [file, String(seconds)], { encoding: 'utf8', env });
    if (run.status !== 0) throw new Error(`go-attestation: ${run.stdout}${run.stderr}`);
    return rateIn(run.stdout);
  };
};
