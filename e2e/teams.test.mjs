// Teams: people invited, people leaving and removed, an app given to another team.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, heading, invite, linkMailed, press } from "./person.mjs";
import { ask } from "./site.mjs";
import { raise } from "./stage.mjs";

/** An owner at the page of a team, and a person who is in none. */
async function owning(t, options = {}) {
  const stage = await raise(t);
  const { dashboard } = stage.dev;
  const page = await stage.open(options);
  await enter(page, stage.dev, dashboard.developer);
  await page.goto(`${dashboard.url}/dashboard/teams/5001`);
  const fan = await stage.open(options);
  await enter(fan, stage.dev, dashboard.user);
  return { ...stage, page, fan, team: page.url(), apps: `${page.url()}/apps` };
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`invited, joined, left: the team's apps are theirs as long${how}`, async (t) => {
    const { dev, page, fan, apps } = await owning(t, { javaScriptEnabled });
    const link = await invite(page, dev.dashboard.user.email);
    await fan.goto(link);
    await press(fan, "Join team");
    await fan.goto(apps);
    await fan.getByRole("link", { name: "My App", exact: true }).waitFor();
    await fan.getByRole("link", { name: "Team", exact: true }).first().click();
    await press(fan, "Leave team");
    await fan.goto(apps);
    await heading(fan, "Nothing here");
    // The link works once.
    await fan.goto(link);
    assert.equal(await fan.getByRole("button", { name: "Join team" }).count(), 0);
  });
}

test("removed: what they look at is theirs no more at the next click", async (t) => {
  const { dev, page, fan, apps, team } = await owning(t);
  await fan.goto(await invite(page, dev.dashboard.user.email));
  await press(fan, "Join team");
  await fan.goto(apps);
  await page.goto(team);
  await page.getByRole("button", { name: "Remove Robin Fan" }).click();
  await page.getByText("Removed.").waitFor();
  await fan.getByRole("link", { name: "My App", exact: true }).click();
  await heading(fan, "Nothing here");
});

test("a viewer looks, and has no button that changes anything", async (t) => {
  const { dev, page, fan, apps, team } = await owning(t);
  await fan.goto(await invite(page, dev.dashboard.user.email, "viewer"));
  await press(fan, "Join team");
  await fan.goto(apps);
  assert.equal(await fan.getByRole("link", { name: "Create app" }).count(), 0);
  await fan.getByRole("link", { name: "My App", exact: true }).click();
  await heading(fan, "Client secrets");
  assert.deepEqual(await fan.getByRole("main").getByRole("button").allInnerTexts(), ["Copy"]);
  await fan.goto(team);
  assert.deepEqual(await fan.getByRole("main").getByRole("button").allInnerTexts(), ["Leave team"]);
});

test("a team's last owner cannot leave, and is told why", async (t) => {
  const { page } = await owning(t);
  await press(page, "Leave team");
  await page.getByRole("alert").getByText(/owner/).waitFor();
});

test("an invitation is nobody else's", async (t) => {
  const { page, fan } = await owning(t);
  await fan.goto(await invite(page, "someone-else@example.com"));
  await fan.getByText("This invitation is for another e-mail").waitFor();
  assert.equal(await fan.getByRole("button", { name: "Join team" }).count(), 0);
});

test("an app moves to another team: it is there, what it had ends", async (t) => {
  const { dev, page } = await owning(t);
  const { soundcharts } = dev.apis;
  await page.goto(`${dev.dashboard.url}/dashboard/apps/soundcharts/${soundcharts.client_id}/settings`);
  await page.getByRole("region", { name: "Another team" }).getByRole("combobox").selectOption({ label: "Harbour Analytics" });
  await page.getByRole("region", { name: "Another team" }).getByRole("button").first().click();
  await page.goto(`${dev.dashboard.url}/dashboard/teams/5002/apps`);
  await page.getByRole("link", { name: "Chart board", exact: true }).waitFor();
  assert.equal((await ask(soundcharts, { grant_type: "client_credentials" })).status, 401, "the old team knows the secret");
});

test("an app is offered to another's team: they are written to, and take it over", async (t) => {
  const { dev, page, fan } = await owning(t);
  const { url, user } = dev.dashboard;
  await page.goto(`${url}/dashboard/apps/spotify/${dev.apis.spotify.client_id}/settings`);
  await page.getByLabel("Someone else’s team").fill(user.email);
  await press(page, "Offer app");
  await page.getByText(`We wrote to ${user.email}.`).waitFor();
  const link = await linkMailed(dev, user.email);
  assert.equal(link, await page.locator("#shown-link").textContent());
  await fan.goto(link);
  await fan.getByText("An app belongs to a team").waitFor();
  await fan.getByRole("link", { name: "Create one" }).click();
  await fan.getByLabel("Team name").fill("Robin alone");
  await fan.locator("button.primary").click();
  await fan.getByText("The team is made").waitFor();
  await fan.goto(link);
  await press(fan, "Take over app");
  await fan.getByText("The app has moved").waitFor();
  await fan.getByText("Nothing can ask for tokens until there is one.").waitFor();
  await page.reload();
  await heading(page, "Nothing here");
});

test("an app of another team acts for theirs: an owner sees it, and ends it", async (t) => {
  const { dev, page } = await owning(t);
  const { soundcharts } = dev.apis;
  await page.goto(`${dev.dashboard.url}/dashboard/apps/soundcharts/${soundcharts.client_id}/settings`);
  await page.getByLabel("Harbour Analytics", { exact: true }).check();
  await press(page, "Save teams");
  await page.getByText("Saved.").waitFor();
  const form = { grant_type: "client_credentials", team_id: "5002" };
  assert.equal((await ask(soundcharts, form)).status, 200);
  await page.goto(`${dev.dashboard.url}/dashboard/teams/5002`);
  await page.getByRole("button", { name: "End Chart board" }).click();
  await page.getByText("Ended.").waitFor();
  assert.equal(await page.getByText("Chart board").count(), 0);
  assert.notEqual((await ask(soundcharts, form)).status, 200);
});
