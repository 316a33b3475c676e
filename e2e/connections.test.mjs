// Connected apps: what someone allowed, and its end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, heading, press, signIn } from "./person.mjs";
import { ask, authorizeUrl, broughtBack, call, exchange, openSite } from "./site.mjs";
import { raise } from "./stage.mjs";

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`revoked: the very next call is refused, and so is its renewal${how}`, async (t) => {
    const { dev, open } = await raise(t);
    const { spotify } = dev.apis;
    const site = await openSite(t);
    const page = await open({ javaScriptEnabled });
    await page.goto(authorizeUrl(spotify, site, { scope: "user-read-email" }));
    await signIn(page, spotify.user);
    await press(page, "Allow");
    const token = await exchange(spotify, site, await broughtBack(page, site));
    assert.equal(await call(spotify, "/v1/me", token.access_token), 200);

    await enter(page, dev, spotify.user);
    await page.getByRole("link", { name: "Connected apps" }).first().click();
    await page.getByText("See your e-mail address").waitFor();
    await press(page, "Revoke My App");
    await page.getByText("Revoked.").waitFor();
    assert.equal(await call(spotify, "/v1/me", token.access_token), 401);
    const renewal = { grant_type: "refresh_token", refresh_token: token.refresh_token };
    assert.equal((await ask(spotify, renewal)).error, "invalid_grant");

    // It can ask again.
    await page.goto(authorizeUrl(spotify, site, { scope: "user-read-email" }));
    await heading(page, "My App wants to use your account");
  });
}
