// A `stagedoor dev` of its own for every test, and one Chromium for every file.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { watch } from "./watch.mjs";

const PATIENCE_MILLIS = 30_000;

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium" });
});
after(() => browser?.close());

/**
 * A server for this test: what it prints as `dev`, and `open`, which gives an empty page of a browser with no cookies.
 * At the test's end the server must exit well, and no page may have had anything to complain of.
 */
export async function raise(t) {
  const { dev, end } = await start();
  const contexts = [];
  const faults = [];
  t.after(async () => {
    for (const context of contexts) await context.close();
    await end();
    assert.deepEqual(faults, [], "what pages complained of");
  });
  const open = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1180, height: 860 }, ...options });
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE_MILLIS);
    watch(context, faults);
    return context.newPage();
  };
  return { dev, open, faults };
}

async function start() {
  const words = ["dev", "--listen", "127.0.0.1:0", "--json"];
  const server = spawn(process.env.STAGEDOOR, words, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  server.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = once(server, "exit");
  const line = await Promise.race([once(createInterface(server.stdout), "line"), ended.then(() => null)]);
  assert.ok(line, `stagedoor dev did not get ready: ${said}`);
  const end = async () => {
    server.kill("SIGTERM");
    const [code] = await ended;
    assert.equal(code, 0, `after SIGTERM: ${said}`);
  };
  return { dev: JSON.parse(line[0]), end };
}
