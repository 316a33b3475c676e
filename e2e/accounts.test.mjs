// Accounts: a newcomer's way to a first token, a forgotten password, signing out everywhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, heading, linkMailed, press, register, shownSecret, signIn } from "./person.mjs";
import { ask, authorizeUrl, broughtBack, call, exchange, openSite } from "./site.mjs";
import { raise } from "./stage.mjs";

const ADA = { email: "ada@example.com", name: "Ada Newcomer", password: "quite a long one" };
const ARTIST = "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";
const MOST_PAGES = 6;
const MOST_MILLIS = 60_000;

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`from nothing to a token and a call, in a minute and six pages${how}`, async (t) => {
    const { dev, open } = await raise(t);
    const page = await open({ javaScriptEnabled });
    const pages = new Set();
    page.on("response", (response) => {
      const isPage = response.request().isNavigationRequest() && response.status() < 300;
      if (isPage) pages.add(`${response.url()} ${response.request().method()}`);
    });
    const started = performance.now();
    await page.goto(`${dev.dashboard.url}/dashboard/register`);
    await register(page, ADA);
    await page.goto(await linkMailed(dev, ADA.email));
    await press(page, "Confirm");
    await page.getByLabel("API", { exact: true }).selectOption("spotify");
    await page.getByLabel("Team name").fill("Ada's");
    await page.getByLabel("App name").fill("My first");
    await page.locator("button.primary").click();
    await heading(page, "My first");
    if (!(await page.locator("#shown-secret").count())) {
      await press(page, "View client secret");
      await page.getByLabel("Password").fill(ADA.password);
      await page.locator("form.inline").getByRole("button", { name: "View client secret" }).click();
    }
    const client = {
      client_id: await page.locator("#client-id-text").textContent(),
      client_secret: await shownSecret(page),
    };
    const { spotify } = dev.apis;
    const token = await ask(spotify, { grant_type: "client_credentials" }, client);
    assert.equal(await call(spotify, ARTIST, token.access_token), 200);
    assert.ok(performance.now() - started <= MOST_MILLIS);
    assert.ok(pages.size <= MOST_PAGES, [...pages].join("\n"));
  });

  test(`a forgotten password: a new one by mail, and the old one is wrong${how}`, async (t) => {
    const { dev, open } = await raise(t);
    const { user } = dev.dashboard;
    const page = await open({ javaScriptEnabled });
    await page.goto(`${dev.dashboard.url}/dashboard/sign-in`);
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Email").fill(user.email);
    await press(page, "Send the link");
    await heading(page, "Look into your mailbox");
    const link = await linkMailed(dev, user.email);
    await page.goto(link);
    await page.getByLabel("Password").fill("another long one");
    await press(page, "Save");
    await page.waitForURL((url) => !url.pathname.startsWith("/dashboard/reset"));

    const other = await open({ javaScriptEnabled });
    await other.goto(`${dev.dashboard.url}/dashboard`);
    await signIn(other, user);
    await other.getByRole("alert").getByText("Email or password is wrong").waitFor();
    await enter(other, dev, { ...user, password: "another long one" });
    // The link is spent.
    const third = await open({ javaScriptEnabled });
    await third.goto(link);
    assert.equal(await third.getByLabel("Password").count(), 0);
  });
}

test("registered with an e-mail that has an account: the page says the same, the mail says so", async (t) => {
  const { dev, open } = await raise(t);
  const page = await open();
  await page.goto(`${dev.dashboard.url}/dashboard/register`);
  await register(page, { ...ADA, email: dev.dashboard.user.email });
  const known = await page.getByRole("main").innerText();
  const other = await open();
  await other.goto(`${dev.dashboard.url}/dashboard/register`);
  await register(other, ADA);
  const fresh = await other.getByRole("main").innerText();
  assert.equal(known.replaceAll(dev.dashboard.user.email, "…"), fresh.replaceAll(ADA.email, "…"));
});

test("signed out everywhere: other browsers are asked again, and what was allowed ends", async (t) => {
  const { dev, open } = await raise(t);
  const { spotify } = dev.apis;
  const site = await openSite(t);
  const other = await open();
  await other.goto(authorizeUrl(spotify, site, { scope: "user-read-email" }));
  await signIn(other, spotify.user);
  await press(other, "Allow");
  const token = await exchange(spotify, site, await broughtBack(other, site));
  await enter(other, dev, spotify.user);

  const page = await open();
  await enter(page, dev, spotify.user);
  await page.goto(`${dev.dashboard.url}/dashboard/account`);
  await press(page, "Sign out everywhere");
  await heading(page, "Sign in");
  await other.reload();
  await heading(other, "Sign in");
  assert.equal(await call(spotify, "/v1/me", token.access_token), 401);
});
