// What strangers choose is shown as text: names, descriptions and addresses that try to be markup, stored and reflected.
// Every page's policy refuses scripts and images, and a refusal fails the test: so does whatever slips through.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { enter, heading, press, signIn } from "./person.mjs";
import { authorizeUrl, proofKey } from "./site.mjs";
import { raise } from "./stage.mjs";

const MARKUP = `"'></textarea></title><img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
const TURNED = "gnp.\u202Eexe";

/** No element of theirs is there, and the text is. */
async function isText(page, text = MARKUP) {
  assert.equal(await page.locator("img, body script, [onerror]").count(), 0, page.url());
  assert.equal(await page.evaluate(() => window.hit), undefined, page.url());
  const shown = await page.evaluate(() => document.body.innerText + [...document.querySelectorAll("input, textarea")].map((field) => field.value));
  if (text) assert.ok(shown.includes(text), `${page.url()} shows: ${shown}`);
  assert.ok(!(await page.title()).includes("\u202E") && !shown.includes("\u202E"), `${page.url()} turns the line around`);
}

test("an app of a hostile name is text wherever it is shown", async (t) => {
  const { dev, open } = await raise(t);
  const { url } = dev.dashboard;
  const page = await open();
  await enter(page, dev, dev.dashboard.developer);
  for (const [api, name] of [["spotify-ads", MARKUP], ["spotify-ads", TURNED], ["standard", MARKUP]]) {
    await page.goto(`${url}/dashboard/apps/new`);
    await page.getByLabel("API", { exact: true }).selectOption(api);
    // A name has no characters that turn text around; what describes the app may.
    await page.getByLabel("App name").fill(name === TURNED ? "gnp" : name);
    await page.getByLabel("Description").fill(name);
    if (api === "spotify-ads") await page.getByLabel("How will you use it?").fill(name);
    await page.getByLabel("Redirect URIs").fill(api === "standard" ? "https://app.example/'onerror=x//" : "");
    await page.locator("button.primary").click();
    await heading(page, "gnp" === name.slice(0, 3) ? "gnp" : "img");
    await isText(page, name === MARKUP ? MARKUP : null);
  }
  const client_id = await page.locator("#client-id-text").textContent();
  await page.goto(`${url}/dashboard/apps`);
  await isText(page);

  const admin = await open();
  await enter(admin, dev, dev.dashboard.admin);
  await admin.goto(`${url}/dashboard/administration/requests`);
  await isText(admin);

  const { standard } = dev.apis;
  const fan = await open();
  const more = { client_id, scope: "read", ...proofKey().sent };
  await fan.goto(authorizeUrl(standard, "https://app.example/'onerror=x//", more));
  await isText(fan);
  await signIn(fan, standard.user);
  await heading(fan, "wants to use your account");
  await isText(fan);
});

test("what was typed comes back as text", async (t) => {
  const { dev, open } = await raise(t);
  const page = await open();
  await enter(page, dev, dev.dashboard.developer);
  await page.goto(`${dev.dashboard.url}/dashboard/apps/new`);
  await page.getByLabel("App name").fill(MARKUP);
  await page.getByLabel("Description").fill(MARKUP);
  await page.getByLabel("Redirect URIs").fill(MARKUP);
  await page.locator("button.primary").click();
  await page.getByRole("alert").first().waitFor();
  await isText(page);
});

test("what an address says comes back as text, if at all", async (t) => {
  const { dev, open } = await raise(t);
  const { spotify, standard } = dev.apis;
  const page = await open();
  const hostile = encodeURIComponent(MARKUP);
  const addresses = [
    authorizeUrl(spotify, `https://app.example/${MARKUP}`),
    authorizeUrl(spotify, `javascript:window.hit=1//${MARKUP}`),
    authorizeUrl(spotify, "https://app.example/callback", { client_id: MARKUP }),
    authorizeUrl(spotify, `https://app.example/\u202E`),
    `${dev.dashboard.url}/dashboard/${hostile}`,
    `${dev.dashboard.url}/dashboard/sign-in?next=${hostile}`,
    `${dev.dashboard.url}/dashboard/apps?done=${hostile}`,
    `${standard.base_url}/device?user_code=${hostile}`,
  ];
  for (const address of addresses) {
    await page.goto(address);
    await isText(page, null);
  }
});

test("sign-in leads to no other site and to no script", async (t) => {
  const { dev, open } = await raise(t);
  const { url, developer } = dev.dashboard;
  for (const next of ["https://elsewhere.example/", "//elsewhere.example/dashboard", "javascript:window.hit=1", "/dashboard/../spotify"]) {
    const page = await open();
    await page.goto(`${url}/dashboard/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page, developer);
    await heading(page, "Apps");
    assert.ok(page.url().startsWith(`${url}/dashboard`), page.url());
  }
});

test("no page is shown in another site's frame", async (t) => {
  const { dev, open, faults } = await raise(t);
  const framed = [
    `${dev.dashboard.url}/dashboard/sign-in`,
    authorizeUrl(dev.apis.spotify, "http://127.0.0.1:3000/callback"),
    `${dev.apis.standard.base_url}/device`,
  ];
  const frames = framed.map((address) => `<iframe src="${address.replaceAll("&", "&amp;")}"></iframe>`).join("");
  const trap = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(`<!DOCTYPE html><link rel="icon" href="data:,">${frames}`);
  });
  await new Promise((listening) => trap.listen(0, "127.0.0.1", listening));
  t.after(() => (trap.closeAllConnections(), trap.close()));
  const page = await open();
  await page.goto(`http://127.0.0.1:${trap.address().port}/`);
  const [, ...shown] = page.frames();
  assert.equal(shown.length, framed.length);
  for (const frame of shown) assert.equal(await frame.locator("input").count(), 0, frame.url());
  // The console says why, once for each.
  const refusals = faults.splice(0).filter((fault) => /frame/i.test(fault));
  assert.equal(refusals.length, framed.length, refusals.join("\n"));
});

test("another site's form changes nothing", async (t) => {
  const { dev, open } = await raise(t);
  const page = await open();
  await enter(page, dev, dev.dashboard.developer);
  const app = `${dev.dashboard.url}/dashboard/apps/spotify/${dev.apis.spotify.client_id}`;
  const trap = createServer((_, response) => {
    const form = `<form method="post" action="${app}/regenerate"><button>Win a prize</button></form>`;
    response.writeHead(200, { "content-type": "text/html" }).end(`<!DOCTYPE html><link rel="icon" href="data:,">${form}`);
  });
  await new Promise((listening) => trap.listen(0, "127.0.0.1", listening));
  t.after(() => (trap.closeAllConnections(), trap.close()));
  await page.goto(`http://localhost:${trap.address().port}/`);
  await press(page, "Win a prize");
  await page.goto(app);
  await heading(page, "My App");
  await page.getByRole("cell", { name: "imported", exact: true }).waitFor();
});
