import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { DEFAULT_POLICY } from '../../domain/appraisal/policy.js';
import { fromHex } from '../../domain/encoding/bytes.js';
import { foundFolder } from '../authority/found.js';
import { COMMANDS } from '../cli/commands.js';
import { runCli } from '../cli/program.js';
import { type OpenedAuthority, openAuthority } from '../main.js';
import { releaseKeys } from './keys-story.js';
import { makePlayer, storyClock } from './player.js';
import { readRecording } from './recording.js';
import { makeStage, type Stage } from './stage.js';
import * as story from './story.js';
import { tamperWithACopy, type Verify } from './tamper.js';

const HELP = `npm run demo [-- OPTIONS]

Founds an authority, lets seven recorded hosts come to its gate over three days, withdraws an image, releases a key and
refuses two, asks about last Tuesday, replays every verdict and edits one stored byte.

  --keep        leave the server up when the story ends
  --dir DIR     keep the authority's data in DIR (empty or not there yet), for "sekisho ... --dir DIR" afterwards
  --quiet       say little
  --help
`;

const OPERATORS = [
  { subject: 'trust-admin-1', role: 'trust-administrator' },
  { subject: 'trust-admin-2', role: 'trust-administrator' },
  { subject: 'workload-admin-1', role: 'workload-administrator' },
  { subject: 'auditor-1', role: 'auditor' },
] as const;

const START = '2026-11-16T08:00:00.000Z';
const PORT = 8750;

interface Options {
  readonly dir: string;
  readonly temporary: boolean;
  readonly keep: boolean;
  readonly quiet: boolean;
}

const usage = (text: string): never => {
  process.stderr.write(`${text}\n\n${HELP}`);
  process.exit(2);
};

const readOptions = (): Options => {
  const flags = {
    keep: { type: 'boolean' },
    quiet: { type: 'boolean' },
    help: { type: 'boolean' },
    dir: { type: 'string' },
  } as const;
  const parsed = E.tryCatch(() => parseArgs({ options: flags }).values, String);
  if (E.isLeft(parsed)) return usage(parsed.left);
  const { dir, keep = false, quiet = false, help } = parsed.right;
  if (help === true) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (dir === undefined)
    return { dir: join(mkdtempSync(join(tmpdir(), 'sekisho-demo-')), 'gate'), temporary: true, keep, quiet };
  const folder = resolve(dir);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    return usage(`${folder} is not empty: nothing is ever overwritten`);
  return { dir: folder, temporary: false, keep, quiet };
};

const must = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

/** What `sekisho verify` says, through the same program that an auditor runs. */
const verify: Verify = async (dir) => {
  let output = '';
  const terminal = { out: (text: string) => (output += text), err: () => undefined, env: {}, isTty: false };
  await runCli(terminal, '0', COMMANDS, ['verify', '--dir', dir, '--json']);
  const report = JSON.parse(output) as {
    readonly size: number;
    readonly faults: ReadonlyArray<{ readonly text: string }>;
  };
  return { entries: report.size, fault: report.faults[0]?.text };
};

const tell = async (options: Options, stage: Stage): Promise<OpenedAuthority> => {
  const { dir } = options;
  const clock = storyClock(START);
  const recording = readRecording();
  stage.scene(
    'Founding',
    'Keys are made, a ledger begins, four operators get their tokens. Whoever proposes what is good can not approve it.',
  );
  const passphrase = randomBytes(24).toString('base64url');
  const { kid, tokens } = must(
    await foundFolder({
      dir,
      name: 'Gate of the east',
      group: 'default',
      policy: DEFAULT_POLICY,
      operators: OPERATORS,
      passphrase,
      keepPassphrase: true,
      clock,
    })(),
  );
  stage.good(`authority key ${stage.paint.bold(kid)}, in ${dir}`);
  const challengeKey = fromHex(recording.challengeKey);
  const authority = must(await openAuthority({ dir, passphrase, clock, challengeKey })());
  const hostTokens = new Map<string, string>();
  const tokenOf = (subject: string): string => tokens.get(subject) ?? hostTokens.get(subject) ?? '';
  const told = { dir, stage, clock, recording, hostTokens, player: makePlayer(authority.app, tokenOf) };
  await story.sayWhatIsGood(told);
  await story.judgeSevenHosts(told);
  await story.turnStrangersAway(told);
  await story.withdrawAnImage(told);
  await releaseKeys(told);
  await story.askAboutTuesday(told);
  await story.replayEverything(told);
  return authority;
};

/** From now on with the clock of this machine and a challenge key that nobody else has seen. */
const serveOn = async ({ dir }: Options): Promise<void> => {
  const terminal = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    env: process.env,
    isTty: process.stdout.isTTY,
  };
  process.exitCode = await runCli(terminal, '0', COMMANDS, [
    'serve',
    '--dir',
    dir,
    '--port',
    String(PORT),
    '--log-level',
    'warn',
  ]);
};

const farewell = ({ dir, temporary, keep }: Options, stage: Stage, began: number): void => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  stage.always(`\nDone in ${seconds} s.${temporary && !keep ? '' : ` The authority's data is in ${dir}.`}`);
  if (temporary && !keep) {
    stage.always('Keep it with: npm run demo -- --dir ./gate, or the server too: npm run demo -- --keep');
    return;
  }
  for (const command of [
    'host list',
    'explain esx-02',
    'host show esx-02 --at 2026-11-17T12:00:00Z',
    'history linux-04',
    'key ledger',
    'replay',
    'verify',
  ]) {
    stage.always(`  npx sekisho ${command} --dir ${dir}`);
  }
};

const main = async (): Promise<void> => {
  const began = performance.now();
  const options = readOptions();
  const stage = makeStage(options.quiet, (text) => void process.stdout.write(text));
  const authority = await tell(options, stage);
  await authority.close();
  await tamperWithACopy(options.dir, stage, verify);
  farewell(options, stage, began);
  if (options.keep) await serveOn(options);
  if (options.temporary) rmSync(dirname(options.dir), { recursive: true, force: true });
};

await main();
