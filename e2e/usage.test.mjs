// Usage, after traffic: what a developer sees of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { enter, until } from "./person.mjs";
import { ask, call } from "./site.mjs";
import { raise } from "./stage.mjs";

const ARTIST = "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`calls and refusals are counted, by endpoint and by reason; plot, table and file agree${how}`, async (t) => {
    const { dev, open } = await raise(t);
    const { spotify } = dev.apis;
    const { access_token } = await ask(spotify, { grant_type: "client_credentials" });
    for (const _ of [1, 2, 3]) assert.equal(await call(spotify, ARTIST, access_token), 200);
    const { client_id } = spotify;
    await ask(spotify, { grant_type: "client_credentials" }, { client_id, client_secret: "not-this-one" });

    const page = await open({ javaScriptEnabled });
    await enter(page, dev, dev.dashboard.developer);
    await page.getByRole("link", { name: "My App", exact: true }).click();
    await page.getByRole("link", { name: "Usage", exact: true }).click();
    await until(page, page.getByRole("row").filter({ hasText: "GET /v1/artists/{id}" }).filter({ hasText: "3" }));
    assert.ok(await page.locator("svg.plot").filter({ visible: true }).count());
    const refused = page.locator(".refused tbody tr");
    assert.equal(await refused.count(), 1);
    assert.match(await refused.innerText(), /secret/i);

    await page.getByText("Table").first().click();
    const row = page.getByRole("region", { name: /as a table/ }).first().getByRole("row").nth(1);
    assert.match(await row.innerText(), /\b3\b/);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "CSV" }).first().click(),
    ]);
    assert.match(await readFile(await file.path(), "utf8"), /,3,/);
  });
}
