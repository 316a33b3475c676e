// Consent: what someone is asked, what comes of it at the app, and what happens when the way there is not straight.

import assert from "node:assert/strict";
import { test } from "node:test";
import { heading, press, signIn } from "./person.mjs";
import { authorizeUrl, broughtBack, call, exchange, openSite, proofKey } from "./site.mjs";
import { raise } from "./stage.mjs";

const SCOPE = { scope: "user-read-email" };

/** A browser at an app's door: signed in, and asked. */
async function asked(t, options = {}) {
  const stage = await raise(t);
  const { spotify } = stage.dev.apis;
  const site = await openSite(t);
  const page = await stage.open(options);
  await page.goto(authorizeUrl(spotify, site, SCOPE));
  await signIn(page, spotify.user);
  await heading(page, "My App wants to use your account");
  return { ...stage, spotify, site, page };
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`allowed: the app gets a code, and a token that opens the API${how}`, async (t) => {
    const { page, spotify, site } = await asked(t, { javaScriptEnabled });
    await press(page, "Allow");
    const brought = await broughtBack(page, site);
    assert.equal(brought.state, "as-it-was");
    const token = await exchange(spotify, site, brought);
    assert.equal(token.status, 200, JSON.stringify(token));
    assert.equal(await call(spotify, "/v1/me", token.access_token), 200);
  });

  test(`cancelled: the app is told so, and gets no code${how}`, async (t) => {
    const { page, site } = await asked(t, { javaScriptEnabled });
    await press(page, "Cancel");
    const brought = await broughtBack(page, site);
    assert.equal(brought.error, "access_denied");
    assert.equal(brought.state, "as-it-was");
    assert.equal(brought.code, undefined);
  });
}

test("the page says who asks, for what, as whom, and where it leads", async (t) => {
  const { page, spotify, site } = await asked(t);
  const said = await page.getByRole("main").innerText();
  for (const words of ["Night Ferry Records", "label", "not reviewed yet", spotify.user.email, new URL(site).host]) {
    assert.ok(said.includes(words), `${words} is missing in: ${said}`);
  }
  assert.match(said, /e-mail/i);
  assert.match(said, /It can’t\s+see your password/);
  assert.match(said, /Connected apps/);
});

test("PKCE: the code is worth nothing without the key", async (t) => {
  const { dev, open } = await raise(t);
  const api = dev.apis.standard;
  const client = { client_id: api.pkce_client_id };
  const site = await openSite(t);
  const page = await open();
  const key = proofKey();
  const begin = () => page.goto(authorizeUrl(api, site, { ...client, scope: "read", ...key.sent }));

  await begin();
  await signIn(page, api.user);
  await press(page, "Allow");
  const other = { code_verifier: proofKey().code_verifier };
  const refused = await exchange(api, site, await broughtBack(page, site), other, client);
  assert.equal(refused.status, 400);
  assert.equal(refused.error, "invalid_grant");

  await begin();
  await press(page, "Allow");
  const { code_verifier } = key;
  const token = await exchange(api, site, await broughtBack(page, site), { code_verifier }, client);
  assert.equal(token.status, 200, JSON.stringify(token));
});

test("two flows in two tabs don't disturb each other", async (t) => {
  const { page, dev, site } = await asked(t);
  const { standard, spotify } = dev.apis;
  const other = await page.context().newPage();
  const key = proofKey();
  await other.goto(authorizeUrl(standard, site, { state: "the-other", scope: "read", ...key.sent }));
  await signIn(other, standard.user);
  await heading(other, "Catalogue reader wants to use your account");

  await press(page, "Allow");
  const first = await broughtBack(page, site);
  assert.equal(first.state, "as-it-was");
  assert.equal((await exchange(spotify, site, first)).status, 200);
  await press(other, "Allow");
  const second = await broughtBack(other, site);
  assert.equal(second.state, "the-other");
  const { code_verifier } = key;
  assert.equal((await exchange(standard, site, second, { code_verifier })).status, 200);
});

test("allowed in a stale tab, after another person signed in: asked again, as the other", async (t) => {
  const { page, dev } = await asked(t);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await press(other, "Not you?");
  await signIn(other, dev.dashboard.developer);

  await press(page, "Allow");
  await page.getByText("so nothing was decided").waitFor();
  await page.getByText(dev.dashboard.developer.email).waitFor();
});

test("the session ends in the middle: sign in again, then go on", async (t) => {
  const { page, spotify, site } = await asked(t);
  await page.context().clearCookies({ name: "stagedoor_session" });
  await press(page, "Allow");
  await page.getByText("You were signed out meanwhile").waitFor();
  await signIn(page, spotify.user);
  await press(page, "Allow");
  assert.ok((await broughtBack(page, site)).code);
});

test("back from the app: the page asks again or leads on, and its answer counts", async (t) => {
  const { page, spotify, site } = await asked(t);
  await press(page, "Cancel");
  await broughtBack(page, site);
  await page.goBack();
  await heading(page, "My App wants to use your account");
  await press(page, "Allow");
  const brought = await broughtBack(page, site);
  assert.equal((await exchange(spotify, site, brought)).status, 200);
});

test("allowed twice by a double click: the app gets one code that works", async (t) => {
  const { page, spotify, site } = await asked(t);
  await page.getByRole("button", { name: "Allow", exact: true }).dblclick();
  const brought = await broughtBack(page, site);
  assert.equal((await exchange(spotify, site, brought)).status, 200);
});

test("a wrong password is said at the field, and the right one goes on", async (t) => {
  const { dev, open } = await raise(t);
  const { spotify } = dev.apis;
  const site = await openSite(t);
  const page = await open();
  await page.goto(authorizeUrl(spotify, site, SCOPE));
  await signIn(page, { ...spotify.user, password: "not this one" });
  await page.getByRole("alert").getByText("Email or password is wrong").waitFor();
  await signIn(page, spotify.user);
  await heading(page, "My App wants to use your account");
});

test("an address that is not registered: the page says which are, and nothing is sent there", async (t) => {
  const { dev, open } = await raise(t);
  const page = await open();
  await page.goto(authorizeUrl(dev.apis.spotify, "https://elsewhere.example/", SCOPE));
  await page.getByText("https://elsewhere.example/").waitFor();
  assert.equal(new URL(page.url()).origin, new URL(dev.apis.spotify.base_url).origin);
});

test("a device is connected by its code, and gets its token", async (t) => {
  const { dev, open } = await raise(t);
  const { standard } = dev.apis;
  const client_id = standard.pkce_client_id;
  const begin = { method: "POST", body: new URLSearchParams({ client_id, scope: "read" }) };
  const device = await (await fetch(standard.device_authorization_url, begin)).json();
  const page = await open();
  await page.goto(device.verification_uri);
  await signIn(page, standard.user);
  await page.getByLabel("Code").fill(device.user_code);
  await press(page, "Continue");
  await page.getByText("Does your device show this code?").waitFor();
  await press(page, "Allow");
  await heading(page, "Your device is connected");
  const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
  const token = await fetch(standard.token_url, {
    method: "POST",
    body: new URLSearchParams({ grant_type, client_id, device_code: device.device_code }),
  });
  assert.equal(token.status, 200, await token.text());
});
