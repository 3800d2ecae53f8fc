import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.js';

/** Appraisals of an evidence file in a second of one core, by the other program. */
export type Peer = (evidenceFile: string, seconds: number) => number;

const FOLDER = join(projectRoot, 'test', 'bench', 'peers', 'go-attestation');
const BINARY = join(projectRoot, '.bench', 'go-attestation');

const rateIn = (text: string): number => {
  const { appraisalsPerCpuSecond } = JSON.parse(text) as { readonly appraisalsPerCpuSecond: number };
  return appraisalsPerCpuSecond;
};

/** Text: why there is no peer. */
export const buildGoAttestation = (): Peer | string => {
  if (spawnSync('go', ['version']).error !== undefined) return 'go-attestation is left out: Go is not installed';
  mkdirSync(join(projectRoot, '.bench'), { recursive: true });
  const built = spawnSync('go', ['build', '-o', BINARY, '.'], { cwd: FOLDER, encoding: 'utf8' });
  if (built.status !== 0)
    return `go-attestation is left out: ${built.stderr.trim().split('\n')[0] ?? 'go build failed'}`;
  return (file, seconds) => {
    const env = { ...process.env, GOMAXPROCS: '1' };
    const run = spawnSync(BINARY, [file, String(seconds)], { encoding: 'utf8', env });
    if (run.status !== 0) throw new Error(`go-attestation: ${run.stdout}${run.stderr}`);
    return rateIn(run.stdout);
  };
};
