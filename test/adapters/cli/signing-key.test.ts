import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SigningKeysAnswer } from '../../../adapters/http/routes/signing-keys.js';
import { openKeyFile } from '../../../adapters/key-store/key-store.js';
import { toBase64, utf8 } from '../../../domain/encoding/bytes.js';
import type { SignedKeyChange } from '../../../domain/ledger/key-request.js';
import { openHttpAuthority, PASSPHRASE } from '../../support/http-authority.js';
import { left, right } from '../../support/ledger.js';
import { type Ran, run } from '../../support/run-cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Opening keys is slow by design, and machines are loaded. */
const PATIENT = { timeout: 300_000 };

const ok = async (...argv: ReadonlyArray<string>): Promise<string> => {
  const { code, out, err } = await run(...argv);
  expect([err, code]).toEqual(['', 0]);
  return out;
};

/** What a refusal has to be: its exit code, and what it says. */
const expectRefusal = ({ code, err }: Ran, exit: number, says: string): void => {
  expect([code, err]).toEqual([exit, expect.stringContaining(says)]);
};

/** An authority that serves, asked over the network by commands that have its folder. */
const serving = async () => {
  const authority = await openHttpAuthority();
  const folder = temporaryFolder();
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => (ended ??= authority.close());
  onTestFinished(end);
  const { dir } = authority;
  const at = (name: string): string => join(folder, name);
  for (const name of ['new', 'other', 'node']) writeFileSync(at(name), `the ${name} passphrase\n`);
  writeFileSync(at('token'), authority.tokens.get('alice') ?? '');
  writeFileSync(at('auditor'), authority.tokens.get('arthur') ?? '');
  const url = await authority.app.listen({ host: '127.0.0.1', port: 0 });
  const ours = ['--dir', dir, '--url', url, '--token-file', at('token')];
  const keys = async (): Promise<SigningKeysAnswer['keys']> =>
    (JSON.parse(await ok('signing-key', 'list', '--json', ...ours)) as SigningKeysAnswer).keys;
  const kidOf = async (purpose: string): Promise<string> =>
    (await keys()).findLast((key) => key.purpose === purpose && key.until === null)?.kid ?? '';
  /** Ends it: one process at a time reads the ledger. */
  const isWhole = async (): Promise<void> => {
    await end();
    expect(await ok('verify', '--dir', dir, '--workers', '1')).toContain('entries are whole');
  };
  return { dir, at, keys, kidOf, ours, isWhole };
};

type Founded = Awaited<ReturnType<typeof serving>>;

/** The authority key in a file of its own, as on a machine without a network. */
const apart = async () => {
  const authority = await serving();
  const { at, ours } = authority;
  await ok('signing-key', 'export-authority-key', at('usb.json'), '--new-passphrase-file', at('other'), ...ours);
  const usb = ['--authority-key', at('usb.json'), '--authority-passphrase-file', at('other')];
  const sign = (request: string, out: string): Promise<Ran> =>
    run('signing-key', 'sign-request', request, ...usb, '--out', out);
  return { ...authority, usb, sign };
};

/** A rotation of the event key that was signed elsewhere and waits to be applied. */
const signedElsewhere = async () => {
  const authority = await apart();
  const { at, ours, sign } = authority;
  await ok('signing-key', 'rotate', 'event', '--request-out', at('request'), ...ours);
  const { code, out } = await sign(at('request'), at('signed'));
  expect(code).toBe(0);
  return { ...authority, said: out };
};

const apply = ({ ours }: Founded, file: string): Promise<Ran> => run('signing-key', 'apply', file, ...ours);

const signedIn = (file: string): SignedKeyChange => JSON.parse(readFileSync(file, 'utf8')) as SignedKeyChange;

const entryOf = (signed: SignedKeyChange, i = 0): string => Buffer.from(signed.entries[i] ?? '', 'base64').toString();

const ROTATED = ['SigningKeyIntroduced', 'SigningKeyRetired'];

describe('sekisho signing-key, with the authority key elsewhere', () => {
  it('moves it out once, never over another file, and signs no change here any more', PATIENT, async () => {
    const { at, ours, kidOf, isWhole } = await serving();
    const kid = await kidOf('authority');
    const to = (file: string, pass = 'other') =>
      run('signing-key', 'export-authority-key', at(file), '--new-passphrase-file', at(pass), ...ours);
    writeFileSync(at('taken'), 'something else');
    expectRefusal(await to('taken'), 4, 'exists already');
    writeFileSync(at('short'), 'short\n');
    expectRefusal(await to('usb.json', 'short'), 2, 'at least 8 characters');
    expect([readFileSync(at('taken'), 'utf8'), existsSync(at('usb.json'))]).toEqual(['something else', false]);
    await ok('signing-key', 'rotate', 'token', ...ours);
    expect((await to('usb.json')).out).toContain(`Authority key ${kid} is in`);
    expect(statSync(at('usb.json')).mode & 0o777).toBe(0o600);
    expectRefusal(await to('again.json'), 4, `the secret of key ${kid} is not in`);
    expectRefusal(await run('signing-key', 'rotate', 'event', ...ours), 4, '--request-out FILE');
    expect(existsSync(at('again.json'))).toBe(false);
    await ok('host', 'enrol', 'web-1', ...ours);
    await isWhole();
  });

  it('carries a request there and its answer back, which may arrive twice', PATIENT, async () => {
    const authority = await signedElsewhere();
    const { at, keys, kidOf, ours, usb, said, isWhole } = authority;
    const [old] = (await keys()).filter(({ purpose }) => purpose === 'event');
    expect(said).toMatch(new RegExp(`introduce event key [0-9a-f]{16}, endorsed by ${old?.kid ?? ''}`));
    expect(said).toContain(`retire key ${old?.kid ?? ''}`);
    const applied = await apply(authority, at('signed'));
    expect(applied.out.match(/Recorded \w+/g)).toEqual(ROTATED.map((type) => `Recorded ${type}`));
    await ok('host', 'enrol', 'web-1', ...ours);
    const before = await keys();
    expect((await apply(authority, at('signed'))).out).toBe(applied.out);
    expect(await keys()).toEqual(before);
    expect(await kidOf('event')).not.toBe(old?.kid);
    // The secret of the key that ended is gone from the folder.
    expectRefusal(await run('signing-key', 'retire', old?.kid ?? '', ...usb, ...ours), 3, 'not in use');
    await isWhole();
  });

  it('writes over no request and no answer, and signs nothing with a wrong passphrase', PATIENT, async () => {
    const { at, ours, usb, sign } = await signedElsewhere();
    const [request, signed] = [readFileSync(at('request')), readFileSync(at('signed'))];
    expectRefusal(
      await run('signing-key', 'rotate', 'log', '--request-out', at('request'), ...ours),
      2,
      'there already',
    );
    expectRefusal(await sign(at('request'), at('signed')), 2, 'there already');
    expect([readFileSync(at('request')), readFileSync(at('signed'))]).toEqual([request, signed]);
    const wrong = [...usb.slice(0, 3), at('new')];
    expectRefusal(
      await run('signing-key', 'sign-request', at('request'), ...wrong, '--out', at('no')),
      2,
      'does not open',
    );
    expectRefusal(await run('signing-key', 'rotate', 'event', ...wrong, ...ours), 2, 'does not open');
    expectRefusal(
      await run('signing-key', 'rotate', 'event', '--authority-key', at('usb.json'), ...ours),
      2,
      '--authority-passphrase-file',
    );
    expect(existsSync(at('no'))).toBe(false);
  });

  it('signs no request of another authority, and none that is not one', PATIENT, async () => {
    const [mine, other] = [await apart(), await serving()];
    await ok('signing-key', 'rotate', 'event', '--request-out', other.at('request'), ...other.ours);
    expectRefusal(await mine.sign(other.at('request'), mine.at('signed')), 4, 'is not in');
    const request = JSON.parse(readFileSync(other.at('request'), 'utf8')) as object;
    writeFileSync(mine.at('edited'), JSON.stringify({ ...request, more: 1 }));
    expectRefusal(await mine.sign(mine.at('edited'), mine.at('signed')), 2, 'more');
    writeFileSync(mine.at('edited'), readFileSync(other.at('request')).subarray(0, -9));
    expectRefusal(await mine.sign(mine.at('edited'), mine.at('signed')), 2, 'edited');
    expect(existsSync(mine.at('signed'))).toBe(false);
  });

  it('takes no answer that is another authority’s, was changed, or comes too late', PATIENT, async () => {
    const [mine, other] = [await signedElsewhere(), await signedElsewhere()];
    const signed = signedIn(mine.at('signed'));
    const before = await mine.keys();
    const given = async (change: Partial<SignedKeyChange>): Promise<Ran> => {
      writeFileSync(mine.at('changed'), JSON.stringify({ ...signed, ...change }));
      return apply(mine, mine.at('changed'));
    };
    expectRefusal(await apply(mine, other.at('signed')), 2, 'must be made for this authority');
    const foreign = signedIn(other.at('signed'));
    expectRefusal(await given({ entries: foreign.entries }), 3, 'the authority key in use must sign');
    const edited = entryOf(signed).replace('"purpose":"event"', '"purpose":"token"');
    expectRefusal(await given({ entries: [toBase64(utf8(edited))] }), 3, 'the authority key in use must sign');
    expectRefusal(await given({ entries: signed.entries.slice(1) }), 3, 'Made for an earlier state');
    expectRefusal(await given({ entries: [toBase64(utf8('{}'))] }), 2, 'entries of the authority stream');
    expect(await mine.keys()).toEqual(before);
    await ok('signing-key', 'rotate', 'token', ...mine.usb, ...mine.ours);
    expectRefusal(await apply(mine, mine.at('signed')), 3, 'Made for an earlier state');
    await mine.isWhole();
  });

  it('follows an authority key by another one, and what others pinned stays', PATIENT, async () => {
    const { dir, at, ours, usb, keys, sign, isWhole } = await apart();
    const vkey = await ok('ledger', 'vkey', '--dir', dir);
    expect(await ok('signing-key', 'rotate', 'authority', ...usb, ...ours)).toContain('Recorded AuthorityKeyRotated');
    const [first, next] = (await keys()).filter(({ purpose }) => purpose === 'authority');
    expect([first?.until, next?.until, next?.replaces]).toEqual([expect.any(Number), null, first?.kid]);
    const lost = ['declare-compromised', next?.kid ?? '', '--since', '2026-11-30T00:00:00.000Z', '--reason', 'lost'];
    const asked = await run('signing-key', ...lost, '--request-out', at('lost'), ...usb, ...ours);
    expect([asked.code, asked.out]).toEqual([0, expect.stringContaining('run this command again')]);
    await ok('signing-key', 'rotate', 'event', '--request-out', at('request'), ...ours);
    const { code, out } = await sign(at('request'), at('signed'));
    expect([code, out]).toEqual([0, expect.stringContaining(`Signed for authority ${first?.kid ?? ''}`)]);
    await ok('signing-key', 'apply', at('signed'), ...ours);
    expect(await ok('ledger', 'vkey', '--dir', dir)).toBe(vkey);
    await isWhole();
  });
});

describe('sekisho signing-key, with all keys here', () => {
  it('makes a key file for a node, takes up what was cut short, and writes over no other file', PATIENT, async () => {
    const { at, ours, usb, keys, sign } = await apart();
    const node = (out: string, ...more: ReadonlyArray<string>): Promise<Ran> =>
      run(
        'signing-key',
        'add-node',
        'gate-2',
        '--out',
        at(out),
        '--node-passphrase-file',
        at('node'),
        ...more,
        ...ours,
      );
    expectRefusal(await node('gate-2.json'), 4, 'the authority key');
    const made = readFileSync(at('gate-2.json'));
    expect((await keys()).filter(({ node: name }) => name !== null)).toEqual([]);
    expect((await node('gate-2.json', '--request-out', at('request'))).code).toBe(0);
    expect(readFileSync(at('gate-2.json'))).toEqual(made);
    expect((await sign(at('request'), at('signed'))).out).toMatch(/introduce event key [0-9a-f]{16} of node gate-2/);
    await ok('signing-key', 'apply', at('signed'), ...ours);
    const { keys: listed } = right(await openKeyFile(at('gate-2.json'), 'the node passphrase')()).file;
    const [introduced] = (await keys()).filter(({ node: name }) => name === 'gate-2');
    expect(listed.map(({ purpose }) => purpose).sort()).toEqual(['event', 'log', 'token']);
    expect(listed.at(-1)).toMatchObject({ kid: introduced?.kid, node: 'gate-2' });
    expect(introduced).toMatchObject({ purpose: 'event', until: null, signsHere: false });
    expectRefusal(await node('gate-2.json', ...usb), 2, 'is there already');
    writeFileSync(at('notes'), 'mine');
    expectRefusal(await node('notes', ...usb), 2, 'is there already');
    expectRefusal(
      await run('signing-key', 'add-node', '../x', '--out', at('x'), '--node-passphrase-file', at('node'), ...ours),
      2,
      'the name must be',
    );
    expect([readFileSync(at('notes'), 'utf8'), existsSync(at('x'))]).toEqual(['mine', false]);
  });

  it('seals the key file under another passphrase, only for who has the one before', PATIENT, async () => {
    const { dir, at, ours } = await serving();
    const change = (...more: ReadonlyArray<string>): Promise<Ran> =>
      run('signing-key', 'passphrase', '--dir', dir, ...more);
    expectRefusal(
      await change('--passphrase-file', at('other'), '--new-passphrase-file', at('new')),
      2,
      'does not open',
    );
    writeFileSync(at('short'), 'short\n');
    expectRefusal(await change('--new-passphrase-file', at('short')), 2, 'at least 8 characters');
    expectRefusal(await change('--new-passphrase-file', at('none')), 2, 'none');
    expect(existsSync(join(dir, 'passphrase'))).toBe(true);
    expect((await change('--new-passphrase-file', at('new'))).out).toContain('sealed under the new passphrase');
    // What init left opens nothing any more, and is not kept.
    expect(existsSync(join(dir, 'passphrase'))).toBe(false);
    expectRefusal(await run('signing-key', 'rotate', 'token', ...ours), 2, 'needs the passphrase');
    expectRefusal(await change('--new-passphrase-file', at('other')), 2, 'needs the passphrase');
    const again = await change('--passphrase-file', at('new'), '--new-passphrase-file', at('other'), '--json');
    expect(again).toMatchObject({ code: 0, out: '{"changed":true}\n' });
    right(await openKeyFile(join(dir, 'keys.json'), 'the other passphrase')());
    expect(left(await openKeyFile(join(dir, 'keys.json'), 'the new passphrase')())._tag).toBe('PassphraseWrong');
  });

  it('rotates keys while they are in use, takes each out once, and forgets its secret', PATIENT, async () => {
    const { dir, ours, keys, kidOf, isWhole } = await serving();
    const [event, token] = [await kidOf('event'), await kidOf('token')];
    const retire = (kid: string): Promise<Ran> => run('signing-key', 'retire', kid, ...ours);
    expectRefusal(await retire(token), 3, 'The last key of its purpose');
    expectRefusal(await run('signing-key', 'rotate', 'tea', ...ours), 2, 'one of authority, event, token, log');
    await ok('signing-key', 'rotate', 'event', ...ours);
    await ok('host', 'enrol', 'web-1', ...ours);
    expect((await run('signing-key', 'rotate', 'token', ...ours)).out).toContain(`signing-key retire ${token}`);
    await ok('signing-key', 'retire', token, ...ours);
    expectRefusal(await retire(token), 3, 'not in use');
    expectRefusal(await retire('0123456789abcdef'), 3, 'There is no key');
    const now = new Map((await keys()).map((key) => [key.kid, key]));
    expect([now.get(event)?.until, now.get(token)?.until]).toEqual([expect.any(Number), expect.any(Number)]);
    const { secrets } = right(await openKeyFile(join(dir, 'keys.json'), PASSPHRASE)());
    expect(Object.keys(secrets.seeds)).toHaveLength(4);
    expect([event, token].filter((kid) => kid in secrets.seeds)).toEqual([]);
    await isWhole();
  });

  it('ends a key that was lost, with one behind it that it does not vouch for', PATIENT, async () => {
    const { at, ours, keys, kidOf, isWhole } = await serving();
    const [event, authority] = [await kidOf('event'), await kidOf('authority')];
    const since = ['--since', '2026-11-30T00:00:00.000Z', '--reason', 'laptop stolen'];
    const declare = (kid: string, ...more: ReadonlyArray<string>): Promise<Ran> =>
      run('signing-key', 'declare-compromised', kid, ...more, ...ours);
    expectRefusal(await declare(event, '--since', 'yesterday', '--reason', 'x'), 2, 'must be a time');
    expectRefusal(await declare('0123456789abcdef', ...since), 3, 'There is no key');
    expect((await declare(event, ...since)).out).toContain(`sekisho signing-key doubt ${event}`);
    const declared = await declare(authority, ...since, '--json');
    expect([declared.code, JSON.parse(declared.out)]).toEqual([
      0,
      expect.objectContaining({ events: [expect.objectContaining({ type: 'SigningKeyCompromised' })] }),
    ]);
    const after = await keys();
    for (const kid of [event, authority])
      expect(after.find((key) => key.kid === kid)).toMatchObject({ compromised: { since: since[1] } });
    expect(after.filter(({ purpose, until }) => purpose === 'event' && until === null)).toMatchObject([
      { replaces: null, signsHere: true },
    ]);
    await ok('host', 'enrol', 'web-1', ...ours);
    expect(await ok('signing-key', 'doubt', event, ...ours, '--token-file', at('auditor'))).toContain('laptop stolen');
    await isWhole();
  });
});
