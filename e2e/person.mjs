// A person in front of the pages: fills in fields by their labels, presses what the buttons say.

/** Fills in whatever sign-in page is open. */
export async function signIn(page, { email, password }) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await press(page, "Sign in");
}

/** Signs in to the dashboard. */
export async function enter(page, { dashboard }, person) {
  await page.goto(`${dashboard.url}/dashboard`);
  await signIn(page, person);
  await page.locator("nav").first().waitFor({ state: "attached" });
}

/** Presses the button. */
export function press(page, name) {
  return page.getByRole("button", { name, exact: true }).click();
}

/** Waits for the page with this heading. */
export function heading(page, name) {
  return page.getByRole("heading", { name }).first().waitFor();
}

/** The secret that this page alone shows. */
export function shownSecret(page) {
  return page.locator("#shown-secret").textContent();
}
