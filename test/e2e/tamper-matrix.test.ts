import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attackerOn } from '../support/attackers.js';
import { ATTACKS, type Attack, type Folders } from '../support/attacks.js';
import { BAD_BOOT } from '../support/authority.js';
import { approvedOverHttp, attestOverHttp, certifiedOverHttp, openHttpAuthority } from '../support/http-authority.js';
import { run } from '../support/run-cli.js';
import { softwareTpm } from '../support/software-tpm.js';

let root: string;
let folders: Folders;

const code = (err: string): string => (JSON.parse(err) as { readonly error: { readonly code: string } }).error.code;

const enrol = async (dir: string, ...hosts: ReadonlyArray<string>): Promise<void> => {
  for (const host of hosts) expect(await run('host', 'enrol', host, '--dir', dir)).toMatchObject({ code: 0 });
};

const founded = async (): Promise<string> => {
  const authority = await openHttpAuthority(new Date(Date.now() - 60_000).toISOString());
  await approvedOverHttp(authority, 'image-1');
  for (const [host, boot] of [
    ['web-1', undefined],
    ['web-2', BAD_BOOT],
  ] as const) {
    const tpm = softwareTpm({ kind: 'rsa', seed: host });
    await certifiedOverHttp(authority, host, tpm);
    for (let i = 0; i < 2; i++) expect((await attestOverHttp(authority, host, tpm, boot)).statusCode).toBe(200);
  }
  await authority.close();
  return authority.dir;
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sekisho-tamper-'));
  const dir = await founded();
  folders = { now: dir, early: join(root, 'early'), other: join(root, 'other'), taken: join(root, 'taken') };
  cpSync(dir, folders.early, { recursive: true });
  cpSync(dir, folders.other, { recursive: true });
  await enrol(folders.now, 'web-3');
  expect(await run('ledger', 'export-tiles', folders.taken, '--dir', folders.now)).toMatchObject({ code: 0 });
  await enrol(folders.now, 'web-4');
  await enrol(folders.other, 'web-5', 'web-6', 'web-7');
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
  rmSync(dirname(folders.now), { recursive: true, force: true });
});

type Seen = Pick<Attack, 'verify' | 'start' | 'auditor' | 'replay'>;

const verified = async (dir: string): Promise<ReadonlyArray<string>> => {
  const ran = await run('verify', '--dir', dir, '--json');
  if (ran.out === '') return [code(ran.err)];
  const { faults } = JSON.parse(ran.out) as { readonly faults: ReadonlyArray<{ readonly rule: string }> };
  expect(ran.code).toBe(faults.length === 0 ? 0 : 1);
  return [...new Set(faults.map(({ rule }) => rule))];
};

const replayed = async (dir: string): Promise<string | undefined> => {
  const ran = await run('replay', '--dir', dir, '--json');
  return /"_tag":"(\w+)"/.exec(ran.out)?.[1];
};

/** What each of them says who may look, in the order in which they would. */
const look = async (dir: string, taken: string): Promise<Seen> => {
  const verify = await verified(dir);
  const started = await run('host', 'list', '--dir', dir, '--json');
  if (started.code !== 0) return { verify, start: code(started.err) };
  const exported = await run('ledger', 'export-tiles', taken, '--dir', dir, '--json');
  const replay = verify.length > 0 ? undefined : await replayed(dir);
  return {
    verify,
    ...(exported.code === 0 ? {} : { auditor: code(exported.err) }),
    ...(replay === undefined ? {} : { replay }),
  };
};

const outcome = ({ verify, start, auditor, replay, healed }: Attack): string => {
  const found = [
    ...(verify.length === 0 ? [] : [`\`verify\`: ${verify.join(', ')}`]),
    ...(start === undefined ? [] : [`start: ${start}`]),
    ...(auditor === undefined ? [] : [`auditor: ${auditor}`]),
    ...(replay === undefined ? [] : [`\`replay\`: ${replay}`]),
    ...(healed === undefined ? [] : ['without effect: the next start makes it again']),
  ];
  return found.join(' · ');
};

const DOCUMENT = `# What an attacker with the disk is seen by

Made from a test that does each of these to a data folder and looks at it as its owner and an auditor do. \`verify\` is
\`sekisho verify\`; *start* is any opening of the authority, which refuses; *auditor* is \`sekisho ledger export-tiles\` into a folder
of an earlier export, with the log's public key; \`replay\` is \`sekisho replay\`. The names are the rules and codes that they tell.

| what is done | who sees it, and as what |
|---|---|
${ATTACKS.map((attack) => `| ${attack.what} | ${outcome(attack)} |`).join('\n')}

A folder that is put back whole, as it was, is consistent in itself: only somebody who knows more sees it, an auditor with an earlier
export or a witness.
`;

describe('an attacker with the disk', () => {
  it.each(ATTACKS.map((attack) => [attack.what, attack] as const))('is seen: %s', async (_, attack) => {
    const folder = mkdtempSync(join(root, 'attacked-'));
    const [dir, taken] = [join(folder, 'authority'), join(folder, 'taken')];
    cpSync(folders.now, dir, { recursive: true });
    cpSync(folders.taken, taken, { recursive: true });
    const attacker = attackerOn(dir);
    const healed = attack.healed?.(attacker.size());
    attack.attack(attacker, folders);
    attacker.leave();
    const seen = await look(dir, taken);
    const { verify, start, auditor, replay } = attack;
    expect(seen).toEqual(
      Object.fromEntries(Object.entries({ verify, start, auditor, replay }).filter(([, told]) => told !== undefined)),
    );
    if (healed === undefined) expect(verify.length > 0 || Object.keys(seen).length > 1).toBe(true);
    else expect(readFileSync(join(dir, healed))).toEqual(readFileSync(join(folders.now, healed)));
  });

  it('is none where nothing was done', async () => {
    const taken = join(root, 'taken-untouched');
    cpSync(folders.taken, taken, { recursive: true });
    expect(await look(folders.now, taken)).toEqual({ verify: [] });
  });

  it('finds in docs/tampering.md what each is seen by', async () => {
    await expect(DOCUMENT).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/tampering.md'));
  });
});
