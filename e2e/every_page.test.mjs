// Every page, in light and dark, on a desk and on a phone: axe finds nothing, nothing sticks out, it is small, and a
// screenshot of each is left in screenshots/.

import assert from "node:assert/strict";
import { mkdir, readFile, rm } from "node:fs/promises";
import { before, test } from "node:test";
import axe from "axe-core";
import { files, pages } from "./pages.mjs";
import { enter } from "./person.mjs";
import { raise } from "./stage.mjs";

const MOST_BYTES = 60 * 1024;
const DESK = { width: 1180, height: 860 };
const PHONE = { width: 390, height: 844 };
const SCREENSHOTS = "screenshots";

before(async () => {
  await rm(SCREENSHOTS, { recursive: true, force: true });
  await mkdir(SCREENSHOTS);
});

test("every page", async (t) => {
  const { dev, open } = await raise(t);
  const { user, ...dashboard } = dev.dashboard;
  const people = { ...dashboard, fan: user, invited: user };
  for (const [who, list] of Object.entries(pages)) {
    const page = await open();
    if (people[who]) await enter(page, dev, people[who]);
    for (const { name, reach } of list) {
      await t.test(`${name}, as ${who}`, async () => {
        const size = weigh(page);
        await reach(page, dev);
        const bytes = await size();
        assert.ok(bytes <= MOST_BYTES, `${bytes} bytes with everything`);
        await lookAt(page, name);
      });
    }
  }
});

test("no page of the dashboard is forgotten here", async () => {
  const routes = (await readFile("routes", "utf8")).trimEnd().split("\n");
  assert.ok(routes.length > 5, "routes are found in their file");
  const known = [...files, ...Object.values(pages).flat().map(({ route }) => route)];
  assert.deepEqual(routes.filter((route) => !known.includes(route)), []);
});

/** Counts what comes from the server from now on; the answer counts from the last page on. */
function weigh(page) {
  let responses = [];
  const note = (response) => {
    if (response.request().isNavigationRequest()) responses = [];
    responses.push(response);
  };
  page.on("response", note);
  return async () => {
    await page.waitForLoadState("load");
    page.off("response", note);
    const sizes = await Promise.all(responses.map((response) => response.request().sizes()));
    return sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
  };
}

async function lookAt(page, name) {
  const found = [];
  const look = async (at, viewport, colorScheme, rules) => {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    found.push(...(await violations(page, rules)).map((violation) => `${at}: ${violation}`));
    await page.screenshot({ path: `${SCREENSHOTS}/${name}.${at}.png`, fullPage: true });
  };
  await look("desk", DESK, "light");
  await look("dark", DESK, "dark", ["color-contrast"]);
  await look("phone", PHONE, "light");
  const [has, may] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  if (has > may) found.push(`phone: ${has} px wide, where ${may} fit`);
  await page.setViewportSize(DESK);
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(found, []);
}

async function violations(page, rules) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const options = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await page.evaluate((options) => window.axe.run(document, options), options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} at ${html}: ${failureSummary}`),
  );
}
