// `stagedoor login` as a person sees it: the address it prints opened in Chromium, signed in, allowed or not, and the page
// the browser is left with.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { RADIOHEAD, reset, spotify } from "./dev.mjs";
import { signIn } from "./sign_in.mjs";

const stagedoor = process.env.STAGEDOOR;
let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium" });
});
after(() => browser.close());
beforeEach(reset);

/** A login that has printed its address, and an empty page; `ended` gives its exit code and what it said. */
async function begin(t) {
  const home = await mkdtemp(join(tmpdir(), "login-"));
  t.after(() => rm(home, { recursive: true }));
  const env = { ...process.env, STAGEDOOR_HOME: home };
  const base = new URL(spotify.token_url.replace(/\/api\/token$/, "")).href;
  const login = spawn(
    stagedoor,
    ["login", "spotify", "--user", "--no-browser", "--client-id", spotify.client_id, "--client-secret-file", "-"]
      .concat(["--scope", "user-read-email", "--base-url", base, "--max-wait", "60"]),
    { env, stdio: ["pipe", "ignore", "pipe"] },
  );
  t.after(() => login.kill());
  login.stdin.end(spotify.client_secret);
  let said = "";
  const ended = new Promise((done) => login.on("close", (code) => done({ code, said })));
  const address = new Promise((found, failed) => {
    login.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const line = said.match(/^ +(http\S+\/authorize\?\S+)\n/m);
      if (line) found(line[1]);
    });
    ended.then(() => failed(new Error(`login printed no address: ${said}`)));
  });
  const page = await browser.newPage();
  t.after(() => page.close());
  page.setDefaultTimeout(15_000);
  await page.goto(await address);
  const run = (...words) => promisify(execFile)(stagedoor, words, { env });
  return { page, ended, run };
}

test("allowed: the browser is told so, and the token opens the API", async (t) => {
  const { page, ended, run } = await begin(t);
  await signIn(page, spotify.user);
  await page.getByRole("heading", { name: "Signed in" }).waitFor();
  const { code, said } = await ended;
  assert.equal(code, 0, said);
  assert.match(said, /^Signed in as spotify/m);
  // What came back in the address bar is spent, and no page of anybody else's is told of it.
  assert.equal(new URL(page.url()).hostname, "127.0.0.1");
  const artist = await run("call", "spotify", `/v1/artists/${RADIOHEAD}`);
  assert.equal(JSON.parse(artist.stdout).name, "Radiohead");
  const me = await run("call", "spotify", "/v1/me");
  assert.equal(JSON.parse(me.stdout).email, spotify.user.email);
});

test("cancelled: browser and terminal say so, and nothing is kept", async (t) => {
  const { page, ended, run } = await begin(t);
  await signIn(page, spotify.user, "Cancel");
  await page.getByRole("heading", { name: "Not signed in" }).waitFor();
  const { code, said } = await ended;
  assert.equal(code, 3, said);
  await assert.rejects(run("token", "spotify"), { code: 3 });
});
