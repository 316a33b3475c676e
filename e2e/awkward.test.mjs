// The dashboard where the way is not straight: stale tabs, forms sent twice, the back button, a session that ended. Each
// ends at a page that says what to do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { enter, heading, press, signIn } from "./person.mjs";
import { raise } from "./stage.mjs";

async function developing(t) {
  const stage = await raise(t);
  const page = await stage.open();
  await enter(page, stage.dev, stage.dev.dashboard.developer);
  return { ...stage, page };
}

async function fillIn(page, name) {
  await page.getByRole("link", { name: "Create app", exact: true }).click();
  await page.getByLabel("API", { exact: true }).selectOption("soundcharts");
  await page.getByLabel("App name").fill(name);
}

test("a form sent twice makes one app", async (t) => {
  const { page, dev } = await developing(t);
  await fillIn(page, "Just one");
  await page.getByRole("button", { name: "Create app" }).dblclick();
  await heading(page, "Just one");
  await page.goto(`${dev.dashboard.url}/dashboard/apps`);
  assert.equal(await page.getByRole("link", { name: "Just one" }).count(), 1);
});

test("back after making an app: an empty form, and one app", async (t) => {
  const { page, dev } = await developing(t);
  await fillIn(page, "Just one");
  await press(page, "Create app");
  await heading(page, "Just one");
  await page.goBack();
  assert.equal(await page.getByLabel("App name").inputValue(), "");
  await page.goto(`${dev.dashboard.url}/dashboard/apps`);
  assert.equal(await page.getByRole("link", { name: "Just one" }).count(), 1);
});

test("the session ended: sign in leads back to the page of the form, and nothing was done", async (t) => {
  const { page, dev } = await developing(t);
  await page.getByRole("link", { name: "My App", exact: true }).click();
  const app = page.url();
  await page.context().clearCookies();
  await press(page, "Revoke and regenerate");
  await signIn(page, dev.dashboard.developer);
  await heading(page, "My App");
  assert.equal(page.url(), app);
  assert.equal(await page.locator("#shown-secret").count(), 0);
});

test("a tab of before the last sign-in: says so, and opens the page again", async (t) => {
  const { page, dev } = await developing(t);
  await page.getByRole("link", { name: "My App", exact: true }).click();
  const other = await page.context().newPage();
  await other.goto(`${dev.dashboard.url}/dashboard`);
  await other.getByRole("button", { name: "Sign out" }).first().click();
  await signIn(other, dev.dashboard.developer);

  await press(page, "Revoke and regenerate");
  await heading(page, "This page was out of date");
  await page.getByRole("link", { name: "Open the page again" }).click();
  await heading(page, "My App");
});

test("signed out: the back button shows nothing of what was there", async (t) => {
  const { page } = await developing(t);
  await page.getByRole("link", { name: "My App", exact: true }).click();
  await heading(page, "My App");
  await press(page, "Sign out");
  await heading(page, "Sign in");
  await page.goBack();
  await heading(page, "Sign in");
});

test("decided by two administrators at once: the second is told that it is done", async (t) => {
  const { page, dev, open } = await developing(t);
  await page.getByRole("link", { name: "Create app", exact: true }).click();
  await page.getByLabel("API", { exact: true }).selectOption("spotify-ads");
  await page.getByLabel("App name").fill("Wanted");
  await page.getByLabel("How will you use it?").fill("For winter");
  await press(page, "Request access");
  const admin = await open();
  await enter(admin, dev, dev.dashboard.admin);
  await admin.goto(`${dev.dashboard.url}/dashboard/administration/requests`);
  const second = await admin.context().newPage();
  await second.goto(admin.url());
  await press(admin, "Approve");
  await admin.getByText("Approved.").waitFor();
  await press(second, "Decline");
  await heading(second, "Changed meanwhile");
  await second.getByRole("link", { name: "Open the page again" }).click();
  await heading(second, "Nothing waits");
});

test("an address that is nothing, and one that is someone else's, are the same page", async (t) => {
  const { page, dev, open } = await developing(t);
  await page.getByRole("link", { name: "My App", exact: true }).click();
  const stranger = await open();
  await enter(stranger, dev, dev.dashboard.user);
  for (const address of [page.url(), `${dev.dashboard.url}/dashboard/no-such-page`]) {
    await stranger.goto(address);
    await heading(stranger, "Nothing here");
    await stranger.getByRole("link", { name: "To the dashboard" }).waitFor();
  }
});
