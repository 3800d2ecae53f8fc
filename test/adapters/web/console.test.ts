import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatVerifierKey } from '../../../domain/transparency/verifier-key.js';
import { LOG_KEY } from '../../support/bundle.js';
import { consoleWorld, HOSTILE_NAME } from '../../support/console-world.js';
import type { HttpAuthority, Person } from '../../support/http-authority.js';
import { openHttpAuthority } from '../../support/http-authority.js';
import { requireTools } from '../../support/system-parts.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let world: HttpAuthority;
let url: string;

interface Opened {
  readonly page: Page;
  /** What was complained about, and what was asked of anybody else. */
  readonly troubles: Array<string>;
}

const openPage = async (fragment = '', at = url, options = {}): Promise<Opened> => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const troubles: Array<string> = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${at}/`)) troubles.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  await page.goto(`${at}/console/${fragment}`);
  return { page, troubles };
};

const signIn = async (page: Page, as: Person, of = world): Promise<void> => {
  await page.fill('#token', of.tokens.get(as) ?? '');
  await page.click('button[type=submit]');
  await page.waitForSelector('.top');
};

const opened = async (fragment: string, as: Person = 'arthur', options = {}): Promise<Opened> => {
  const { page, troubles } = await openPage(fragment, url, options);
  await signIn(page, as);
  return { page, troubles };
};

const POLL = { timeout: 30_000 };
const hasHash =
  (hash: string) =>
  (address: URL): boolean =>
    address.hash === hash;
const namesIn = (page: Page): Promise<ReadonlyArray<string>> => page.locator('.rows tbody th a').allInnerTexts();

/** Rules of WCAG 2.1, A and AA, that are broken in what is shown. */
const brokenRules = async (page: Page): Promise<ReadonlyArray<string>> => {
  // Through the debugger: the page's own policy lets no script in.
  const session = await page.context().newCDPSession(page);
  const evaluate = (expression: string) =>
    session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  await evaluate(AXE);
  const run = "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })";
  const { result } = await evaluate(run);
  const { violations } = result.value as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
};

describe.runIf(requireTools(['chromium']))('the console', () => {
  beforeAll(async () => {
    const built = spawnSync(process.execPath, ['adapters/cli/fresh.mjs'], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
    world = await consoleWorld();
    url = await world.app.listen({ port: 0 });
    const args = ['--no-first-run', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args });
  });
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  it('is served with a policy that lets nothing in from elsewhere, and its parts are kept for ever', async () => {
    const page = await world.ask('GET', '/console/');
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    const policy = String(page.headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"])
      expect(policy).toContain(rule);
    expect(policy).not.toMatch(/unsafe|http|\*/);
    const script = /src="(assets\/console-\w+\.js)"/.exec(page.body)?.[1] ?? '';
    const { headers, statusCode } = await world.ask('GET', `/console/${script}`);
    expect([statusCode, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    const without = await world.ask('GET', '/console');
    expect([without.statusCode, without.headers.location]).toEqual([308, 'console/']);
    for (const path of ['../package.json', 'assets/', '..%2f..%2fpackage.json', 'assets/none.js'])
      expect((await world.ask('GET', `/console/${path}`)).statusCode).toBe(404);
  });

  it('shows nothing without a token, says what is wrong with a bad one, and forgets it when it is loaded anew', async () => {
    const { page } = await openPage();
    await page.fill('#token', 'not-a-token-of-anybody');
    await page.click('button[type=submit]');
    await page.waitForSelector('.trouble:has-text("Nobody has a role")');
    await signIn(page, 'wendy');
    await page.waitForSelector('.rows');
    expect(page.url()).not.toContain(world.tokens.get('wendy') ?? '?');
    await page.reload();
    await page.waitForSelector('#token');
    await page.check('input[name=keep]');
    await signIn(page, 'wendy');
    await page.reload();
    await page.waitForSelector('.rows');
    await page.click('.who summary');
    expect(await page.innerText('.who')).toContain('workload administrator');
    await page.click('.who button');
    await page.reload();
    await page.waitForSelector('#token');
    await page.close();
  });

  it('shows every host with its state, and asks nothing of anybody else', async () => {
    const { page, troubles } = await opened('#/hosts');
    await page.waitForSelector('.rows tbody tr');
    const rows = await page.locator('.rows tbody tr').allInnerTexts();
    expect(rows.map((row) => /trusted|stale|refused|quarantined|enrolled/.exec(row)?.[0])).toEqual([
      ...['trusted', 'trusted', 'quarantined', 'enrolled'],
      ...['trusted', 'refused', 'stale'],
    ]);
    expect(await page.innerText('.hosts .true-at')).toContain(String((await world.size()) - 1));
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('finds hosts by state, name and cluster, and keeps that in the address', async () => {
    const { page } = await opened('#/hosts?state=refused');
    await page.waitForSelector('.rows th a:text-is("west-02")');
    expect(await page.locator('.rows tbody tr').count()).toBe(1);
    await page.click('.chips a:has-text("All")');
    await page.fill('input[type=search]', 'EAST-0');
    await page.waitForURL(hasHash('#/hosts?search=EAST-0'));
    await expect.poll(() => namesIn(page), POLL).toEqual(['east-01', 'east-02', 'east-03']);
    await page.fill('input[type=search]', '');
    await page.waitForURL(hasHash('#/hosts'));
    await page.selectOption('.filters select', 'west');
    await page.waitForURL(hasHash('#/hosts?cluster=west'));
    await expect.poll(() => namesIn(page), POLL).toEqual(['west-01', 'west-02', 'west-03']);
    await page.close();
  });

  it('writes a name out that means to be more than a name', async () => {
    const { page, troubles } = await opened('#/hosts?search=new-01');
    await page.waitForSelector('.rows tbody tr');
    const name = await page.innerText('.rows th small');
    expect(name).toContain(HOSTILE_NAME.slice(0, 28));
    expect(name).toContain('U+202E');
    expect(name).not.toMatch(/\u202e|\u200b/);
    expect(await page.locator('#console img').count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('shows any moment of the past, by the slider and by entry, and comes back to now', async () => {
    const { page } = await opened('#/hosts?index=50');
    await page.waitForSelector('.hosts .true-at b:text-is("50")');
    expect(await page.innerText('.live')).toBe('A past moment');
    await page.focus('#moment');
    await page.keyboard.press('Home');
    await page.waitForURL(hasHash('#/hosts?at=2026-12-01T00%3A00%3A00.000Z'));
    await page.fill('.steps .entry', '60');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.hosts .true-at b:text-is("60")');
    await page.click('[aria-label="One entry on"]');
    await page.waitForSelector('.hosts .true-at b:text-is("61")');
    await page.click('.steps .now');
    await page.waitForSelector(`.hosts .true-at b:text-is("${String((await world.size()) - 1)}")`);
    expect(new URL(page.url()).hash).toBe('#/hosts');
    await page.close();
  });

  it('names the moment that was asked for, not the nearest place of the hand', async () => {
    const { page } = await opened('#/hosts?at=2026-12-01T01:23:45.678Z');
    await page.waitForSelector('.ends output:text-is("2026-12-01 01:23:45 UTC")');
    expect(await page.getAttribute('#moment', 'aria-valuetext')).toBe('2026-12-01 01:23:45 UTC');
    await page.close();
  });

  it('tells how a host got where it is, and why, rule by rule with what each reason means', async () => {
    const { page, troubles } = await opened('#/hosts/west-02');
    await page.waitForSelector('.rule.failed');
    expect(await page.innerText('.verdict-line')).toContain('refused');
    const failed = await page.innerText('.rule.failed');
    expect(failed).toContain('CommandLineNotAllowed');
    expect(failed).toContain('The kernel was started with a parameter that the image does not allow');
    expect(failed).toContain('init=/bin/sh');
    expect(await page.locator('.rule.passed').count()).toBeGreaterThan(20);
    const states = await page.locator('.band-list .state').allInnerTexts();
    expect(states).toEqual(['refused', 'trusted', 'certified', 'enrolled']);
    await page.locator('.band-list li', { hasText: 'trusted' }).locator('button').click();
    await page.waitForSelector('.banner.good');
    expect(await page.innerText('.verdict-line')).toContain('trusted');
    expect(await page.innerText('.vouched')).toContain('Image good approved by bob');
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('shows what an operator gave as a reason as text', async () => {
    const { page } = await opened('#/hosts/east-03', 'wendy');
    expect(await page.innerText('.because')).toContain('a <b>stranger</b> was seen');
    expect(await page.locator('.because b').count()).toBe(0);
    await page.close();
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('breaks no rule of accessibility in %s at a width of %i', async (colorScheme, width) => {
    const { page } = await openPage('', url, { colorScheme, viewport: { width, height: 844 } });
    expect(await brokenRules(page)).toEqual([]);
    await signIn(page, 'arthur');
    await page.waitForSelector('.rows tbody tr');
    expect(await brokenRules(page)).toEqual([]);
    expect(await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).toBe(width);
    await page.click('.rows th a:text-is("west-02")');
    await page.waitForSelector('.rule.failed');
    await page.waitForSelector('.band-list');
    expect(await brokenRules(page)).toEqual([]);
    expect(await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth)).toBe(width);
    await page.close();
  });

  it('shows clusters, images with who boots them, and what wants attention, as of the moment', async () => {
    const { page, troubles } = await opened('#/clusters');
    await page.waitForSelector('.view .rows');
    expect((await page.innerText('.view .rows')).replaceAll(/\s+/g, ' ')).toContain(
      'east Halls of the east trusted enabled 3',
    );
    expect(await page.innerText('.vouched')).toContain('gate offers 0 services, used by no cluster');
    expect(await brokenRules(page)).toEqual([]);
    await page.click('.top nav a:text-is("Images")');
    await page.click('.view details summary');
    expect(await page.innerText('.view details')).toContain('withdrawing it would refuse 3');
    await page.click('.top nav a:text-is("Attention")');
    await page.waitForSelector('.empty:has-text("Nothing waits for a second person.")');
    expect(await brokenRules(page)).toEqual([]);
    await page.goto(`${url}/console/#/images?index=10`);
    await page.waitForSelector('.empty:has-text("No image is proposed")');
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('proves an entry step by step, remembers the log, and later that it only grew', async () => {
    const { page, troubles } = await opened('#/proof/58');
    await page.waitForSelector('.proof .banner');
    expect(await page.innerText('.proof .banner')).toContain('Proved. Entry 58 stands in the log.');
    const outcomes = () => page.locator('.step .outcome').allInnerTexts();
    expect(await outcomes()).toEqual(['✓ proved', '✓ proved', '✓ proved', '– not shown', '– not shown']);
    expect(await page.innerText('.pinned')).toContain('The key that the server named at first use');
    const recorded = await world.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'zz-later' } });
    await page.goto(`${url}/console/#/proof/${String(recorded.json().index)}`);
    await page.waitForSelector('.step:has-text("is the beginning of this one")');
    expect(await outcomes()).toEqual(['✓ proved', '✓ proved', '✓ proved', '✓ proved', '– not shown']);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('proves nothing of an entry whose bytes were changed on the way', async () => {
    const { page } = await opened('#/hosts');
    await page.route(/\/v1\/events\?from=58&/, async (route) => {
      const reply = await route.fetch();
      const body = await reply.json();
      const text = Buffer.from(body.events[0].bytes, 'base64').toString().replace('"affirming"', '"affirminG"');
      body.events[0].bytes = Buffer.from(text).toString('base64');
      await route.fulfill({ response: reply, json: body });
    });
    await page.goto(`${url}/console/#/proof/58`);
    await page.waitForSelector('.proof .banner.bad');
    expect(await page.innerText('.step.failed')).toContain('These bytes are not entry 58');
    expect(await page.locator('.proof pre').count()).toBe(0);
    await page.close();
  });

  it('is loud when it is shown another log than before, and does not forget what it saw', async () => {
    const { page } = await opened('#/proof/3');
    await page.waitForSelector('.proof .banner.good');
    const kept = () => page.evaluate("localStorage.getItem('sekisho-log')");
    const log = JSON.parse(String(await kept()));
    const other = JSON.stringify({
      ...log,
      seen: { ...log.seen, size: 40, root: Buffer.alloc(32, 7).toString('base64') },
    });
    await page.evaluate(`localStorage.setItem('sekisho-log', ${JSON.stringify(other)})`);
    await page.goto(`${url}/console/#/proof/4`);
    await page.waitForSelector('.fork');
    expect(await page.innerText('.fork')).toContain('not the log that this browser saw before');
    expect(await page.innerText('.proof .banner')).toContain('Not proved.');
    expect(await kept()).toBe(other);
    await page.close();
  });

  it('takes a key by hand, and no log that another key signed', async () => {
    const { page } = await opened('#/proof/3');
    await page.waitForSelector('.proof .banner.good');
    await page.click('.pinned summary');
    const key = await page.inputValue('#vkey');
    await page.fill('#vkey', `${key.slice(0, -4)}AAAA`);
    await page.click('.pin button');
    await page.waitForSelector('.pin .trouble:has-text("not the key of a log")');
    await page.fill('#vkey', formatVerifierKey(LOG_KEY));
    await page.click('.pin button');
    await page.waitForSelector('.step.failed:has-text("it is of another log")');
    await page.click('.pinned summary');
    await page.fill('#vkey', key);
    await page.fill('#policy', 'quorum nobody');
    await page.click('.pin button');
    await page.waitForSelector('.step.failed:has-text("policy can not be read")');
    expect(await page.innerText('.pinned')).toContain('A key that somebody brought');
    await page.close();
  });

  it('gives no entries to those who may not audit', async () => {
    const { page } = await opened('#/proof/3', 'wendy');
    await page.waitForSelector('.proof .refusal:has-text("AuditLedger")');
    await page.close();
  });

  it('follows what is recorded, and says so when it can not any more', async () => {
    const own = await openHttpAuthority();
    const at = await own.app.listen({ port: 0 });
    const { page } = await openPage('', at);
    await signIn(page, 'arthur', own);
    await page.waitForSelector('.hosts .empty');
    await page.waitForSelector('.live.on');
    await own.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'h1' } });
    await page.waitForSelector('.rows th a:text-is("h1")');
    const closed = own.close();
    await page.waitForSelector('.live.cut');
    await page.close();
    await closed;
  });
});
