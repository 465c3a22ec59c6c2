// Runs conformance cases in Chromium, on whatever its WebGPU is: SwiftShader where there is no GPU.
/// <reference lib="dom" />

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../../tools/chromium.mjs';
import { webGpuArguments } from '../chromium.js';
import type { ConformancePage } from './conformance-page.js';

/** Pages from there have WebGPU; nobody listens, since the one answer is given here. */
const ADDRESS = 'http://localhost/conformance';

declare global {
  /** Of the page. */
  var conformance: ConformancePage;
}

/** The suite in a browser that is open. */
export interface BrowserConformance extends ConformancePage {
  /** The browser's own version. */
  readonly version: string;
  /** Ends the browser, whatever it is at, and opens another. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Opens Chromium with the suite in it. @throws Error where its page finds no WebGPU */
export async function openBrowserConformance(): Promise<BrowserConformance> {
  const script = await bundle();
  let opened = await openPage(script);
  const { names, adapter } = await opened.page.evaluate(() => ({
    names: conformance.names,
    adapter: conformance.adapter,
  }));
  return {
    names,
    adapter,
    version: opened.browser.version(),
    run: (name) => opened.page.evaluate((one) => conformance.run(one), name),
    async reopen() {
      await opened.browser.close();
      opened = await openPage(script);
    },
    close: () => opened.browser.close(),
  };
}

async function openPage(script: string): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: webGpuArguments });
  try {
    const page = await browser.newPage();
    await page.route(ADDRESS, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(ADDRESS);
    await page.addScriptTag({ content: script });
    await page.evaluate(async () => {
      globalThis.conformance = await (globalThis as never as Bundle).suite.openConformance();
    });
    return { browser, page };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

interface Bundle {
  readonly suite: { openConformance(): Promise<ConformancePage> };
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./conformance-page.js', import.meta.url))],
    bundle: true,
    format: 'iife',
    globalName: 'suite',
    write: false,
  });
  return outputFiles[0].text;
}
