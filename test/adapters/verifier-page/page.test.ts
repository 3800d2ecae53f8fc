import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POLICY_TEXT } from '../../support/bundle.js';
import { writeBundle } from '../../support/bundle-files.js';
import { handedOver } from '../../support/handed-over.js';
import { requireTools } from '../../support/system-parts.js';

const folder = mkdtempSync(join(tmpdir(), 'sekisho-page-'));
const html = join(folder, 'verifier.html');
let browser: Browser;
let good: { readonly file: string; readonly vkey: string };

/** The page from a file, with everything that it asked of a network or complained about. */
const openPage = async (): Promise<{ readonly page: Page; readonly troubles: Array<string> }> => {
  const page = await browser.newPage();
  const troubles: Array<string> = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) troubles.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  await page.goto(pathToFileURL(html).href);
  return { page, troubles };
};

const check = async (page: Page, file: string, vkey = good.vkey): Promise<string> => {
  await page.fill('#vkey', vkey);
  await page.setInputFiles('#file', file);
  await page.waitForSelector('#report :is(#banner, .refusal)');
  return page.innerText('#report');
};

const changed = (
  edit: (bundle: { entries: Array<{ index: number; bytes: string }>; heads: unknown }) => void,
): string => {
  const bundle = JSON.parse(readFileSync(good.file, 'utf8'));
  edit(bundle);
  const file = join(folder, 'changed.bundle');
  writeFileSync(file, JSON.stringify(bundle));
  return file;
};

describe.runIf(requireTools(['chromium']))('the verifier page', () => {
  beforeAll(async () => {
    const built = spawnSync(process.execPath, ['adapters/verifier-page/build.mjs', html], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
    good = await writeBundle(folder);
    const args = ['--no-first-run', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows what a good bundle proves, event by event, and asks nothing of any network', async () => {
    const { page, troubles } = await openPage();
    const text = await check(page, good.file);
    expect(await page.getAttribute('#banner', 'class')).toBe('banner good');
    expect(text).toContain('The verdicts are right by the rules then in force');
    expect(text).toContain('3 verdicts were made again here');
    expect(text).toContain('Found NOT trustworthy on its own evidence');
    expect(text).toContain('Base image good was approved.');
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('follows a log whose key and whose authority key were replaced, from the key that a reader took long before', async () => {
    const past = await handedOver(folder);
    const { page } = await openPage();
    const text = await check(page, past.after.bundle, past.before.vkey);
    expect(await page.getAttribute('#banner', 'class')).toBe('banner good');
    expect(text).toContain('not the key that you gave, but another one of this log');
    expect(text).toContain('3 verdicts were made again here');
    await page.close();
  }, 300_000);

  it('asks for witnesses where a policy is given', async () => {
    const { page } = await openPage();
    await page.click('summary');
    await page.fill('#policy', POLICY_TEXT);
    expect(await check(page, good.file)).toContain('Witnesses saw the same log');
    await page.close();
  });

  it('refuses a bundle in which one byte of an entry was changed, and names the entry', async () => {
    const { page } = await openPage();
    let index = -1;
    const file = changed(({ entries }) => {
      const last = entries.at(-1)!;
      index = last.index;
      last.bytes = Buffer.from(
        Buffer.from(last.bytes, 'base64').toString().replace('"subject":"h1"', '"subject":"h2"'),
      ).toString('base64');
    });
    const text = await check(page, file);
    expect(await page.getAttribute('#banner', 'class')).toBe('banner bad');
    expect(text).toContain(`entry ${String(index)} (host/h1 revision 4): signature invalid`);
    await page.close();
  });

  it('refuses what is no bundle, a file that was cut, and a key of somebody else', async () => {
    const { page } = await openPage();
    const cut = join(folder, 'cut.bundle');
    writeFileSync(cut, readFileSync(good.file).subarray(0, 5000));
    expect(await check(page, cut)).toContain('This file is no bundle, or was damaged');
    const other = await openPage();
    expect(await check(other.page, good.file, 'sekisho/0123456789abcdef+00000000+AAAA')).toContain(
      'not the key of a log',
    );
    await Promise.all([page.close(), other.page.close()]);
  });

  it('shows text of a bundle as text', async () => {
    const { page, troubles } = await openPage();
    const file = changed((bundle) => Object.assign(bundle, { heads: { '<img src=x onerror=alert(1)>': 1 } }));
    await check(page, file);
    expect(await page.locator('#report img').count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.close();
  });
});
