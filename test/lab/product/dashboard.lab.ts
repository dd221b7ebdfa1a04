import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../tools/bundle.ts';
import { until } from '../boot/server-process.ts';
import { runCommand } from '../build/go-toolchain.ts';
import { aDenyingBundle, aGoodBundle, rollOut } from './rollout-page.ts';
import { ROOT, startFleet, type RunningFleet } from './running-fleet.ts';

/** A first-time reader's seat: a fleet, its dashboard in a browser, and a terminal. */
interface Seat {
  readonly fleet: RunningFleet;
  readonly browser: Browser;
  readonly page: Page;
  readonly url: string;
  readonly folder: string;
  /** What the page's console and the browser complained of. */
  readonly complaints: string[];
  readonly fleetmend: (...args: string[]) => Promise<string>;
}

const taken: Seat[] = [];
const seat = (): Seat => {
  const [first] = taken;
  if (!first) throw new Error('the fleet did not start: see above');
  return first;
};
/** Without a sandbox of its own, because the lab runs as root; and with nothing that would call home. */
const BROWSER = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  const file = join(folder, 'fleetmend.mjs');
  await bundle({ root: ROOT, entry: 'apps/cli/src/main.ts', file: relative(ROOT, file) });
  const built = await runCommand([process.execPath, join(ROOT, 'tools/build-dashboard.ts'), 'dist/dashboard'], { env: process.env });
  if (built.status !== 0) throw new Error(`the dashboard could not be built: ${built.stderr}`);
  const stateDir = join(folder, 'state');
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', file] as const;
  const env = { FLEETMEND_ROOT: ROOT, HOME: folder };
  const fleet = startFleet({ command: [...command, 'up', '--accelerated', '--state-dir', stateDir], env });
  const printed = () => /dashboard\s+(http:\S+)/.exec(fleet.stdout())?.[1];
  await until('the fleet prints where its dashboard is', 90, async () => printed() !== undefined);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER });
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  page.on('pageerror', (error) => void complaints.push(error.message));
  taken.push({
    fleet, browser, page, url: printed() ?? '', folder, complaints,
    async fleetmend(...args) {
      const { status, stdout, stderr } = await runCommand([...command, ...args, '--state-dir', stateDir], { env: { ...env, PATH: process.env.PATH ?? '', USER: 'reader' } });
      if (status !== 0) throw new Error(`fleetmend ${args.join(' ')} ended with ${status}: ${stderr}`);
      return stdout;
    },
  });
}, 180_000);

afterAll(async () => {
  const [first] = taken;
  await first?.browser.close();
  await first?.fleet.kill();
  if (first) rmSync(first.folder, { recursive: true, force: true });
});

describe('the dashboard in a browser, while the demo plays', () => {
  it('shows the fleet, live, and the first repair by itself', async () => {
    const { page, url } = seat();
    await page.goto(`${url}#/?show=all`);
    await page.getByRole('status').filter({ hasText: /^live$/ }).waitFor();
    await page.getByRole('row', { name: /shop\/checkout.*Succeeded/ }).waitFor({ timeout: 90_000 });
    expect(await page.locator('.clusters li strong').allTextContents()).toEqual(['edge-1', 'prod-1', 'prod-2']);
    // The numbers follow the list a moment later: a burst of moves is one read.
    await page.locator('.numbers div').filter({ hasText: /Success rate\s*100 %/ }).waitFor();
  });

  it('tells one request from the failure to the lesson: story, change, proof, verdict, evidence', async () => {
    const { page } = seat();
    await page.getByRole('link', { name: 'Deployment/shop/checkout' }).click();
    await page.getByRole('heading', { name: 'Story' }).waitFor();
    const text = await page.locator('main').innerText();
    for (const part of [/OOMKilled/, /64Mi → 128Mi/, /− 64Mi/, /\+ 128Mi/, /exactly this field changes/, /Allow, tier T0/, /learned/]) expect(text).toMatch(part);
    await page.getByText('previous log of').click();
    expect(await page.locator('details[open] pre').innerText()).not.toBe('');
  });

  it('says what a person has to do, and shows the recovery after they did it in their terminal', async () => {
    const { page, fleetmend } = seat();
    await page.getByRole('link', { name: '← Fleet' }).click();
    await page.getByRole('link', { name: /^For people/ }).click();
    await page.getByRole('link', { name: 'Deployment/payments/ledger' }).click();
    const line = page.locator('.decide code').filter({ hasText: 'pr merge' });
    await line.waitFor();
    const [, number = ''] = /pr merge (\d+)/.exec(await line.innerText()) ?? [];
    expect(await fleetmend('pr', 'show', number)).toContain('48Mi');
    expect(await fleetmend('pr', 'merge', number)).toContain(`merged #${number}`);
    await page.getByText('recovered for the hold').waitFor({ timeout: 90_000 });
    expect(await page.locator('.decide').count()).toBe(0);
  });

  it('shows a policy climbing wave by wave, and another that halted with why', async () => {
    const { page, url, folder } = seat();
    await page.goto(`${url}#/rollouts`);
    await page.getByText('No policy is on its way').waitFor();
    const kubeconfig = join(folder, 'state', 'sandbox.kubeconfig');
    const prod = { matchLabels: { env: 'prod' } };
    await rollOut(kubeconfig, 'too-strict', { bundle: aDenyingBundle(folder), waves: [{ name: 'canary', clusters: prod, maxConcurrency: '2' }], stages: [{ mode: 'Shadow', minDecisions: 1 }, { mode: 'Enforce' }] });
    const strict = page.getByRole('article', { name: /too-strict/ });
    await strict.getByText(/It halted.*NewDenies: .*newly denied in prod-1 \(Shadow\), more than 20%/).waitFor({ timeout: 60_000 });
    expect(await strict.locator('.counts .bad').allInnerTexts()).toContainEqual(expect.stringMatching(/^\d+ newly denied$/));

    await rollOut(kubeconfig, 'baseline', { bundle: aGoodBundle(folder), waves: [{ name: 'edge', clusters: { matchLabels: { env: 'edge' } } }, { name: 'prod', clusters: prod, before: ['Approval'] }], stages: [{ mode: 'Shadow' }, { mode: 'Warn' }, { mode: 'Enforce' }] });
    const good = page.getByRole('article', { name: /baseline/ });
    await good.getByText('fleetmend policy rollout promote baseline -n fleetmend-system').waitFor({ timeout: 60_000 });
    expect(await good.getByRole('region', { name: 'Wave edge' }).innerText()).toContain('1 of 1 done');
    expect(await good.locator('.wave').first().locator('.ladder .past').allInnerTexts()).toEqual(['Shadow', 'Warn', 'Enforce']);
    expect(await good.getByRole('region', { name: 'Wave prod' }).innerText()).toMatch(/0 of 2 done, starts when a human says so[^]*prod-1[^]*prod-2/);
  });

  it('asks for a token where the hub wants one, keeps it in this tab, and sends it', async () => {
    const { browser, url } = seat();
    const stranger = await browser.newPage();
    await stranger.route('**/api/**', (route) => (route.request().headers()['authorization'] === 'Bearer mine' ? route.continue() : route.fulfill({ status: 401 })));
    await stranger.goto(url);
    await stranger.getByLabel('Token').fill('mine');
    await stranger.getByRole('button', { name: 'Show' }).click();
    await stranger.getByRole('status').filter({ hasText: /^live$/ }).waitFor();
    expect(await stranger.evaluate('Object.keys(localStorage).length')).toBe(0);
    await stranger.close();
  });

  it('is read on a phone without scrolling sideways, in the dark too', async () => {
    const { browser, url } = seat();
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    for (const place of ['#/?show=all', '#/rollouts', await firstRequest(phone, url)]) {
      await phone.goto(`${url}${place}`);
      await phone.waitForSelector('table, article, .rollout');
      expect(await phone.evaluate('document.documentElement.scrollWidth <= innerWidth'), place).toBe(true);
    }
    await phone.close();
  });

  it('can be used with the keyboard alone', async () => {
    const { page, url } = seat();
    await page.goto(`${url}#/?show=all`);
    await page.waitForSelector('table');
    await page.locator('tbody a').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Story' }).waitFor();
  });

  it('says in words that a request does not exist, and that the hub is away', async () => {
    const { page, url, fleet } = seat();
    await page.goto(`${url}#/requests/shop-team/rr-none`);
    await page.getByRole('alert').filter({ hasText: 'There is nothing under this name' }).waitFor();
    expect(seat().complaints.filter((text) => !/404/.test(text))).toEqual([]);
    await fleet.kill();
    await page.getByRole('status').filter({ hasText: 'the hub does not answer' }).waitFor({ timeout: 30_000 });
  });
});

it('loads nothing from elsewhere and holds nothing inline', () => {
  const html = readFileSync(join(ROOT, 'dist/dashboard/index.html'), 'utf8');
  expect(html).not.toMatch(/https?:\/\/|<style|style=|<script(?![^>]*src=)/);
});

async function firstRequest(page: Page, url: string): Promise<string> {
  const { items } = (await (await page.request.get(`${url}api/requests`)).json()) as { items: { namespace: string; name: string }[] };
  return `#/requests/${items[0]?.namespace}/${items[0]?.name}`;
}
