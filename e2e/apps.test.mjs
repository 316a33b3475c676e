// A developer's apps: made, rotated without downtime, regenerated; requested, and approved or declined.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, heading, press, shownSecret, signIn } from "./person.mjs";
import { ask, authorizeUrl, broughtBack, call, exchange, keepCalling, openSite } from "./site.mjs";
import { raise } from "./stage.mjs";

const ARTIST = "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";
const FOR_ITSELF = { grant_type: "client_credentials" };

/** A developer's browser. */
async function developing(t, options = {}) {
  const stage = await raise(t);
  const page = await stage.open(options);
  await enter(page, stage.dev, stage.dev.dashboard.developer);
  return { ...stage, page };
}

/** Makes an app by the form. */
async function make(page, { api, name, purpose }) {
  await page.getByRole("link", { name: "Create app", exact: true }).click();
  await page.getByLabel("API", { exact: true }).selectOption(api);
  await page.getByLabel("App name").fill(name);
  if (purpose) await page.getByLabel("How will you use it?").fill(purpose);
  await page.locator("button.primary").click();
}

/** Opens the page of one of the developer's apps. */
async function openApp(page, dev, name) {
  await page.goto(`${dev.dashboard.url}/dashboard/apps`);
  await page.getByRole("link", { name, exact: true }).click();
  await heading(page, name);
}

test("the form for a new app has what the chosen API takes", async (t) => {
  const { page } = await developing(t);
  await page.getByRole("link", { name: "Create app", exact: true }).click();
  const takes = async (api) => {
    await page.getByLabel("API", { exact: true }).selectOption(api);
    const purpose = await page.getByLabel("How will you use it?").isVisible();
    const noSecret = await page.getByLabel("In browsers or on phones").isVisible();
    return { purpose, noSecret, button: await page.locator("button.primary").textContent() };
  };
  assert.deepEqual(await takes("spotify"), { purpose: false, noSecret: true, button: "Create app" });
  // What was chosen for one API is not sent for another that has no use for it.
  await page.getByLabel("In browsers or on phones").check();
  assert.deepEqual(await takes("bandcamp"), { purpose: true, noSecret: false, button: "Request access" });
  await page.getByLabel("How will you use it?").fill("Stock lists.");
  assert.deepEqual(await takes("soundcharts"), { purpose: false, noSecret: false, button: "Create app" });
  await page.getByLabel("App name").fill("Board of mine");
  await press(page, "Create app");
  await heading(page, "Board of mine");
  await shownSecret(page);
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`made by the form: its id and secret get a token at once${how}`, async (t) => {
    const { page, dev } = await developing(t, { javaScriptEnabled });
    await make(page, { api: "soundcharts", name: "Chart board of mine" });
    await heading(page, "Chart board of mine");
    const client = {
      client_id: await page.locator("#client-id-text").textContent(),
      client_secret: await shownSecret(page),
    };
    const token = await ask(dev.apis.soundcharts, FOR_ITSELF, client);
    assert.equal(token.status, 200, JSON.stringify(token));
  });

  test(`rotated: a client keeps working throughout${how}`, async (t) => {
    const { page, dev } = await developing(t, { javaScriptEnabled });
    const { spotify } = dev.apis;
    const old = { client_id: spotify.client_id, client_secret: spotify.client_secret };
    const client = keepCalling(spotify, ARTIST, old);
    await openApp(page, dev, "My App");
    await page.getByLabel("Name of a new secret").fill("winter");
    await press(page, "Add secret");
    const fresh = { ...old, client_secret: await shownSecret(page) };
    await client.wholeTurn();
    client.use(fresh);
    await client.wholeTurn();
    await page.getByRole("row").filter({ hasNotText: "winter" }).getByRole("button", { name: /^Delete / }).click();
    await page.getByText("The secret is deleted").waitFor();
    await client.wholeTurn();
    assert.deepEqual(await client.stop(), []);
    assert.equal((await ask(spotify, FOR_ITSELF, old)).error, "invalid_client");
  });

  test(`regenerated: what was given ends at once, the new secret works${how}`, async (t) => {
    const { page, dev } = await developing(t, { javaScriptEnabled });
    const { spotify } = dev.apis;
    const site = await openSite(t);
    const visitor = await page.context().newPage();
    await visitor.goto(authorizeUrl(spotify, site, { scope: "user-read-email" }));
    await signIn(visitor, spotify.user);
    await press(visitor, "Allow");
    const of_user = await exchange(spotify, site, await broughtBack(visitor, site));
    const of_app = await ask(spotify, FOR_ITSELF);
    assert.equal(await call(spotify, "/v1/me", of_user.access_token), 200);
    assert.equal(await call(spotify, ARTIST, of_app.access_token), 200);

    await openApp(page, dev, "My App");
    await press(page, "Revoke and regenerate");
    const client_secret = await shownSecret(page);
    assert.equal(await call(spotify, "/v1/me", of_user.access_token), 401);
    assert.equal(await call(spotify, ARTIST, of_app.access_token), 401);
    assert.equal((await ask(spotify, FOR_ITSELF)).error, "invalid_client");
    const { client_id } = spotify;
    assert.equal((await ask(spotify, FOR_ITSELF, { client_id, client_secret })).status, 200);
  });

  test(`requested and approved: then its secret gets tokens${how}`, async (t) => {
    const { page, dev, open } = await developing(t, { javaScriptEnabled });
    const wanted = { api: "spotify-ads", name: "Winter campaigns", purpose: "Plans what plays in winter" };
    await make(page, wanted);
    await page.getByText("Your request waits for an answer").waitFor();
    const admin = await open({ javaScriptEnabled });
    await enter(admin, dev, dev.dashboard.admin);
    await admin.getByRole("link", { name: "Requests" }).first().click();
    await admin.getByText(wanted.purpose).waitFor();
    await press(admin, "Approve");
    await admin.getByText("Approved.").waitFor();

    await openApp(page, dev, wanted.name);
    await page.getByLabel("Name of a new secret").fill("first");
    await press(page, "Add secret");
    const client = {
      client_id: await page.locator("#client-id-text").textContent(),
      client_secret: await shownSecret(page),
    };
    // This API's tokens are all for people: the app is told so, and not that it is unknown.
    const token = await ask(dev.apis["spotify-ads"], { grant_type: "refresh_token", refresh_token: "none" }, client);
    assert.equal(token.error, "invalid_grant", JSON.stringify(token));
  });
}

test("declined: the request is gone", async (t) => {
  const { page, dev, open } = await developing(t);
  await make(page, { api: "spotify-ads", name: "Spam", purpose: "More of it" });
  const waiting = page.url();
  const admin = await open();
  await enter(admin, dev, dev.dashboard.admin);
  await admin.goto(`${dev.dashboard.url}/dashboard/administration/requests`);
  await press(admin, "Decline");
  await heading(admin, "Nothing waits");
  await page.goto(waiting);
  await heading(page, "Nothing here");
});

test("a secret is viewed again for the password, and for no other", async (t) => {
  const { page, dev } = await developing(t);
  await openApp(page, dev, "My App");
  await press(page, "View client secret");
  const view = async (password) => {
    await page.getByLabel("Password").fill(password);
    await page.locator("form.inline").getByRole("button", { name: "View client secret" }).click();
  };
  await view("not this one");
  await page.getByRole("alert").getByText("The password is wrong").waitFor();
  await view(dev.dashboard.developer.password);
  assert.equal(await shownSecret(page), dev.apis.spotify.client_secret);
});

test("copied by the button", async (t) => {
  const { page, dev } = await developing(t, { permissions: ["clipboard-read", "clipboard-write"] });
  await openApp(page, dev, "My App");
  await press(page, "Copy");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), dev.apis.spotify.client_id);
});

test("a wrong redirect URI is said at the field, what was typed stays, and the right one is taken", async (t) => {
  const { page, dev } = await developing(t);
  await openApp(page, dev, "My App");
  const field = page.getByRole("textbox", { name: "Redirect URIs" });
  await field.fill("http://localhost:3000/callback");
  await press(page, "Save");
  await page.getByRole("alert").getByText("http://localhost:3000/callback").waitFor();
  assert.equal(await field.inputValue(), "http://localhost:3000/callback");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await field.fill("http://127.0.0.1:3000/callback");
  await press(page, "Save");
  await page.getByText("Saved.").waitFor();
});

test("a redirect URI is checked while it is typed, and the right one is taken over at a press", async (t) => {
  const { page, dev } = await developing(t);
  await openApp(page, dev, "My App");
  const field = page.getByRole("textbox", { name: "Redirect URIs" });
  await field.fill("https://app.example/callback\nhttp://localhost:3000/callback");
  const hint = page.getByRole("status").filter({ hasText: "http://localhost:3000/callback" });
  await hint.waitFor();
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await hint.getByRole("button").click();
  assert.equal(await field.inputValue(), "https://app.example/callback\nhttp://127.0.0.1:3000/callback");
  await hint.waitFor({ state: "detached" });
  await press(page, "Save");
  await page.getByText("Saved.").waitFor();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`tried on its page: a token for its secret, a refusal in the API's words for another${how}`, async (t) => {
    const { page, dev } = await developing(t, { javaScriptEnabled });
    await openApp(page, dev, "My App");
    await page.getByRole("link", { name: "Try it", exact: true }).first().click();
    await page.getByLabel("Client secret").fill("not-the-secret");
    await press(page, "Ask for a token");
    const outcome = page.getByRole("status", { name: "What came back" });
    await outcome.getByText("invalid_client").waitFor();
    await page.getByLabel("Client secret").fill(dev.apis.spotify.client_secret);
    await press(page, "Ask for a token");
    await outcome.getByText("200").first().waitFor();
    const shown = await outcome.textContent();
    assert.ok(shown.includes("access_token") && !shown.includes(dev.apis.spotify.client_secret), shown);
  });

  test(`reviewed: answered, asked again, approved; the team reads each${how}`, async (t) => {
    const { page, dev, open } = await developing(t, { javaScriptEnabled });
    const admin = await open({ javaScriptEnabled });
    await enter(admin, dev, dev.dashboard.admin);
    const settings = async () => {
      await openApp(page, dev, "My App");
      await page.getByRole("link", { name: "Settings", exact: true }).click();
    };
    const ask = async (purpose) => {
      await settings();
      await page.getByLabel("How do you use it?").fill(purpose);
      await press(page, "Ask for a review");
      await page.getByText("The app waits for an answer").waitFor();
      await admin.goto(`${dev.dashboard.url}/dashboard/administration/requests`);
      return admin.getByRole("region", { name: "My App", exact: true });
    };
    const first = await ask("Lists of songs");
    await first.getByLabel("What has to change first").fill("Give it a website.");
    await first.getByRole("button", { name: "Answer" }).click();
    await admin.getByText("Answered.").waitFor();
    await settings();
    await page.getByText("Answered: Give it a website.").waitFor();
    const second = await ask("Lists of songs, now with a website");
    await second.getByText("now with a website").waitFor();
    await second.getByRole("button", { name: "Approve" }).click();
    await admin.getByText("Approved.").waitFor();
    await openApp(page, dev, "My App");
    assert.equal(await page.locator("h1 .badge").textContent(), "approved");
  });
}
