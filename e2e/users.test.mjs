// The people an app in development may serve: added, served, removed, and from then on refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, heading, press, signIn } from "./person.mjs";
import { authorizeUrl, broughtBack, call, exchange, openSite } from "./site.mjs";
import { raise } from "./stage.mjs";

/** A developer at the list of an app's users, and a person who allowed the app. */
async function listed(t, options = {}) {
  const stage = await raise(t);
  const { spotify } = stage.dev.apis;
  const site = await openSite(t);
  const fan = await stage.open(options);
  await fan.goto(authorizeUrl(spotify, site, { scope: "user-read-email" }));
  await signIn(fan, spotify.user);
  await press(fan, "Allow");
  const token = await exchange(spotify, site, await broughtBack(fan, site));
  const page = await stage.open(options);
  await enter(page, stage.dev, stage.dev.dashboard.developer);
  await page.getByRole("link", { name: "My App", exact: true }).click();
  await page.getByRole("link", { name: "Users", exact: true }).click();
  await heading(page, "Who may use it");
  return { ...stage, spotify, page, token };
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`removed: the next call is refused; added again, the token of before stays dead${how}`, async (t) => {
    const { page, spotify, token } = await listed(t, { javaScriptEnabled });
    assert.equal(await call(spotify, "/v1/me", token.access_token), 200);
    await page.getByRole("button", { name: /^Remove / }).click();
    await page.getByText("Nobody yet").waitFor();
    assert.equal(await call(spotify, "/v1/me", token.access_token), 401);
    await page.getByLabel("Email").fill(spotify.user.email);
    await press(page, "Add user");
    await page.getByRole("cell", { name: spotify.user.email }).waitFor();
    assert.equal(await call(spotify, "/v1/me", token.access_token), 401);
  });
}

test("whoever has no account is not added, and the page says what to do", async (t) => {
  const { page } = await listed(t);
  await page.getByLabel("Email").fill("nobody@example.com");
  await press(page, "Add user");
  await page.getByRole("alert").getByText("Nobody has an account here").waitFor();
  assert.equal(await page.getByLabel("Email").inputValue(), "nobody@example.com");
});
