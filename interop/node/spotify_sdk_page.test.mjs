// @spotify/web-api-ts-sdk 1.2.0, unmodified, in a page in Chromium: PKCE across origins, sign-in and consent included.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { RADIOHEAD, reset, spotify } from "./dev.mjs";
import { signIn } from "./sign_in.mjs";
import { serveSite } from "./site.mjs";

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium" });
});
after(() => browser.close());
beforeEach(reset);

/** A fresh profile at a fresh site; `faults` gathers what a developer would see in red in the console. */
async function openSite(t) {
  const site = await serveSite(spotify, (redirect_uri) => ({
    authorize_url: spotify.authorize_url,
    token_url: spotify.token_url,
    base_url: spotify.base_url,
    pkce_client_id: spotify.pkce_client_id,
    scopes: ["user-read-email", "user-read-private"],
    redirect_uri,
  }));
  t.after(() => site.stop());
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = [];
  // A page that got stuck usually said why.
  t.after(() => faults.forEach((fault) => t.diagnostic(fault)));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(site.redirectUri);
  return { site, page, faults };
}

async function result(page) {
  const shown = page.locator('#result[data-state="done"]');
  await shown.waitFor();
  return JSON.parse(await shown.textContent());
}

test("authorize, sign in, allow, exchange, search, renew", async (t) => {
  const { site, page, faults } = await openSite(t);
  assert.notEqual(new URL(site.redirectUri).origin, new URL(spotify.token_url).origin);

  await page.getByRole("button", { name: "Sign in with Spotify" }).click();
  await signIn(page, spotify.user);
  const first = await result(page);
  assert.equal(first.profile.email, spotify.user.email);
  assert.equal(first.token.expires_in, 3600);
  assert.ok(page.url().startsWith(site.redirectUri), page.url());

  await page.getByRole("button", { name: "Search" }).click();
  const found = await result(page);
  assert.equal(found.artists.items[0].id, RADIOHEAD);

  // The SDK keeps a renewed token as it came: without a refresh token in it, the next renewal would fail.
  await page.getByRole("button", { name: "Renew" }).click();
  const renewed = await result(page);
  assert.notEqual(renewed.token.access_token, first.token.access_token);
  assert.ok(renewed.token.refresh_token);
  assert.equal(renewed.profile.email, spotify.user.email);

  assert.deepEqual(faults, []);
});

test("cancel leads back to the page with access_denied", async (t) => {
  const { site, page, faults } = await openSite(t);

  await page.getByRole("button", { name: "Sign in with Spotify" }).click();
  await signIn(page, spotify.user, "Cancel");
  await page.waitForURL((url) => url.origin === new URL(site.redirectUri).origin);

  assert.equal(new URL(page.url()).searchParams.get("error"), "access_denied");
  assert.deepEqual(faults, []);
});
