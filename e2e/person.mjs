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

/** Opens the page anew until it shows this: what is counted is written within a second. */
export async function until(page, locator) {
  for (let opened = 0; opened < 100 && !(await locator.count()); opened += 1) await page.reload();
  await locator.first().waitFor();
}

/** The secret that this page alone shows. */
export function shownSecret(page) {
  return page.locator("#shown-secret").textContent();
}

/** Invites someone on the team's page that is open; the link for them. */
export async function invite(page, email, role = "developer") {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Role", { exact: true }).selectOption(role);
  await press(page, "Invite");
  return page.locator("#shown-link").textContent();
}

/** Makes an account by the form that is open. */
export async function register(page, { email, name, password }) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password").fill(password);
  await press(page, "Create account");
  await heading(page, "Look into your mailbox");
}

/** The link in the newest mail to them. */
export async function linkMailed({ url }, email) {
  const { mails } = await (await fetch(`${url}/_dev/mail`)).json();
  return mails.find((mail) => mail.to === email)?.links[0];
}
