// Every page that people see: whose browser it takes, and how to come there.

import { heading, invite, linkMailed, press, register, signIn, until } from "./person.mjs";
import { ask, authorizeUrl, call, proofKey } from "./site.mjs";

const CALLBACK = "http://127.0.0.1:3000/callback";
const TEAM = "5001";
const ADA = { email: "ada@example.com", name: "Ada Newcomer", password: "quite a long one" };

/** Below the dashboard, what is told apart by its address alone: a name, the route as the server has it, and its parameters. */
const at = (name, route, ...parameters) => ({
  name,
  route,
  reach: (page, { dashboard }) => {
    const path = parameters.reduce((path, parameter) => path.replace("{}", parameter), route);
    return page.goto(`${dashboard.url}/dashboard/${path}`);
  },
});

/** A page that takes more than its address. */
const by = (name, reach) => ({ name, reach });

const appOf = (page, dev) => openTab(page, dev, "");
const openTab = (page, { dashboard, apis }, tab) =>
  page.goto(`${dashboard.url}/dashboard/apps/spotify/${apis.spotify.client_id}/${tab}`);

const nobody = [
  at("sign-in", "sign-in"),
  by("sign-in-wrong", async (page, { dashboard }) => {
    await page.goto(`${dashboard.url}/dashboard/sign-in`);
    await signIn(page, { email: "nobody@example.com", password: "not this one" });
    await page.getByRole("alert").waitFor();
  }),
  by("register-wrong", async (page, { dashboard }) => {
    await page.goto(`${dashboard.url}/dashboard/register`);
    await page.getByLabel("Email").fill(ADA.email);
    await page.getByLabel("Name", { exact: true }).fill(" ");
    await page.getByLabel("Password").fill(ADA.password);
    await press(page, "Create account");
    await page.getByRole("alert").first().waitFor();
  }),
  at("register", "register"),
  by("mail-sent", async (page) => register(page, ADA)),
  {
    ...by("confirm", async (page, dev) => page.goto(await linkMailed(dev, ADA.email))),
    route: "confirm",
  },
  at("forgotten", "forgotten"),
  {
    ...by("reset", async (page, dev) => {
      await page.getByLabel("Email").fill(dev.apis.spotify.user.email);
      await press(page, "Send the link");
      await heading(page, "Look into your mailbox");
      await page.goto(await linkMailed(dev, dev.apis.spotify.user.email));
    }),
    route: "reset",
  },
  by("dev-mail", (page, { url }) => page.goto(`${url}/_dev/mail`)),
  by("dev-home", (page, { url }) => page.goto(url)),
  by("authorize-sign-in", (page, { apis }) => page.goto(authorizeUrl(apis.spotify, CALLBACK))),
  by("authorize-problem", (page, { apis }) => page.goto(authorizeUrl(apis.spotify, "https://elsewhere.example/"))),
];

const fan = [
  by("consent", async (page, { apis }) => {
    const scope = "user-read-email playlist-read-private user-modify-playback-state";
    await page.goto(authorizeUrl(apis.spotify, CALLBACK, { scope }));
    await signIn(page, apis.spotify.user);
    await heading(page, "wants to use your account");
  }),
  by("consent-reviewed", async (page, { apis }) => {
    await page.goto(authorizeUrl(apis.standard, CALLBACK, { scope: "read write", ...proofKey().sent }));
    await signIn(page, apis.standard.user);
    await heading(page, "wants to use your account");
  }),
  by("device-code", (page, { apis }) => page.goto(deviceAddress(apis))),
  by("device-code-wrong", async (page, { apis }) => {
    await page.goto(deviceAddress(apis));
    await page.getByLabel("Code").fill("NOT-A-CODE");
    await press(page, "Continue");
    await page.getByRole("alert").waitFor();
  }),
  by("device-compare", async (page, { apis }) => {
    await page.goto((await deviceCode(apis)).verification_uri_complete);
    await page.getByText("Does your device show this code?").waitFor();
  }),
  by("device-done", async (page, { apis }) => {
    await page.goto((await deviceCode(apis)).verification_uri_complete);
    await press(page, "Allow");
    await heading(page, "Your device is connected");
  }),
  by("connections", (page, { dashboard, apis }) => {
    return allowed(page, apis).then(() => page.goto(`${dashboard.url}/dashboard/connections`));
  }),
  by("no-team-yet", (page, { dashboard }) => page.goto(`${dashboard.url}/dashboard/apps/new`)),
];

/** Lets the demo's app in, without following it to where it is not. */
async function allowed(page, { spotify }) {
  await page.goto(authorizeUrl(spotify, CALLBACK, { scope: "user-read-email playlist-read-private" }));
  const action = await page.locator("form").evaluate((form) => form.action);
  const form_token = await page.locator('input[name="form_token"]').inputValue();
  const form = { step: "consent", answer: "allow", form_token };
  await page.request.post(action, { form, maxRedirects: 0, headers: { origin: new URL(action).origin } });
}

const deviceAddress = ({ standard }) => `${standard.base_url}/device`;

async function deviceCode({ standard }) {
  const fields = { client_id: standard.pkce_client_id, scope: "read profile" };
  const begin = { method: "POST", body: new URLSearchParams(fields) };
  return (await fetch(standard.device_authorization_url, begin)).json();
}

/** Some calls that are answered, one that is refused, and the page that tells of them. */
async function usage(page, dev) {
  const { spotify } = dev.apis;
  const token = await ask(spotify, { grant_type: "client_credentials" });
  for (const path of ["/v1/artists/4Z8W4fKeB5YxbusRsdQVPb", "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb", "/v1/me"]) {
    await call(spotify, path, token.access_token);
  }
  await openTab(page, dev, "usage");
  await until(page, page.getByRole("link", { name: "GET /v1/me" }));
}

const developer = [
  at("account", "account"),
  at("connections-none", "connections"),
  at("team-new", "teams/new"),
  at("team", "teams/{}", TEAM),
  at("api-access", "teams/{}/api-access", TEAM),
  by("team-invited", async (page, { dashboard, apis }) => {
    await page.goto(`${dashboard.url}/dashboard/teams/${TEAM}`);
    invitation = await invite(page, apis.spotify.user.email);
  }),
  by("menus-open", async (page, { dashboard }) => {
    await page.goto(`${dashboard.url}/dashboard/teams/${TEAM}/apps`);
    await page.locator("nav details, details.menu").evaluateAll((all) => all.forEach((one) => (one.open = true)));
  }),
  at("first", ""),
  at("apps", "teams/{}/apps", TEAM),
  at("apps-of-first-team", "apps"),
  at("app-new", "apps/new"),
  by("app-new-on-request", (page, { dashboard }) => page.goto(`${dashboard.url}/dashboard/apps/new?api=bandcamp`)),
  by("app-new-wrong", async (page, { dashboard }) => {
    await page.goto(`${dashboard.url}/dashboard/apps/new?team=${TEAM}&api=spotify`);
    await page.getByLabel("App name").fill("My next app");
    await page.getByLabel("Redirect URIs").fill("http://localhost:3000/callback");
    await press(page, "Create app");
    await page.getByRole("alert").waitFor();
  }),
  { ...by("app-credentials", appOf), route: "apps/{}/{}" },
  { ...by("app-users", (page, dev) => openTab(page, dev, "users")), route: "apps/{}/{}/users" },
  by("app-usage-none", (page, dev) => openTab(page, dev, "usage")),
  { ...by("app-usage", usage), route: "apps/{}/{}/usage" },
  { ...by("app-settings", (page, dev) => openTab(page, dev, "settings")), route: "apps/{}/{}/settings" },
  { ...by("app-try-it", (page, dev) => openTab(page, dev, "try-it")), route: "apps/{}/{}/try-it" },
  by("app-tried", async (page, dev) => {
    await openTab(page, dev, "try-it");
    await page.getByLabel("Client secret").fill(dev.apis.spotify.client_secret);
    await press(page, "Ask for a token");
    await page.getByRole("status").waitFor();
  }),
  by("app-in-review", async (page, dev) => {
    await openTab(page, dev, "settings");
    await page.getByLabel("How do you use it?").fill("It tells fans what is new.\nEvery morning.");
    await press(page, "Ask for a review");
    await page.getByText("The app waits for an answer").waitFor();
  }),
  by("app-not-deleted", async (page, dev) => {
    await openTab(page, dev, "settings");
    await page.getByLabel(/^Type .* to delete it/).fill("Your App");
    await press(page, "Delete app");
    await page.getByRole("alert").waitFor();
  }),
  by("app-secret-shown", async (page, dev) => {
    await appOf(page, dev);
    await page.getByLabel("Name of a new secret").fill("winter");
    await press(page, "Add secret");
    await page.locator("#shown-secret").waitFor();
  }),
  by("app-secret-password", async (page, dev) => {
    await appOf(page, dev);
    await page.getByRole("button", { name: "View client secret" }).first().click();
    await page.getByLabel("Password").waitFor();
  }),
  by("app-uris-wrong", async (page, dev) => {
    await appOf(page, dev);
    await page.getByRole("textbox", { name: "Redirect URIs" }).fill("http://localhost:3000/callback");
    await press(page, "Save");
    await page.getByRole("alert").waitFor();
  }),
  by("app-requested", async (page, { dashboard }) => {
    await page.goto(`${dashboard.url}/dashboard/apps/new?team=${TEAM}&api=spotify-ads`);
    await page.getByLabel("App name").fill("Winter campaigns");
    await page.getByLabel("Description").fill("Campaigns of the label.");
    await page.getByLabel("How will you use it?").fill("It plans what plays in winter, and where.");
    await press(page, "Request access");
    await page.getByText("Your request waits for an answer").waitFor();
  }),
  by("nothing-here", (page, { dashboard }) => page.goto(`${dashboard.url}/dashboard/no-such-page`)),
  by("stale", async (page, dev) => {
    await appOf(page, dev);
    await page.locator('input[name="form_token"]').evaluateAll((all) => all.forEach((one) => (one.value = "old")));
    await press(page, "Revoke and regenerate");
    await heading(page, "This page was out of date");
  }),
];

let invitation;
const invited = [{ ...by("invitation", (page) => page.goto(invitation)), route: "invitations/{}" }];

const admin = [
  // What the developer above asked for waits here.
  at("requests", "administration/requests"),
  by("requests-none", async (page, { dashboard }) => {
    await page.goto(`${dashboard.url}/dashboard/administration/requests`);
    const waiting = page.getByRole("button", { name: "Approve", exact: true });
    while (await waiting.count()) await waiting.first().click();
    await heading(page, "Nothing waits");
  }),
  at("administration-apis", "administration/apis"),
  at("administration-accounts", "administration/accounts"),
  at("administration-teams", "administration/teams"),
  at("administration-apps", "administration/apps"),
  at("administration-audit", "administration/audit"),
  at("administration-credentials", "administration/credentials"),
  at("administration-database", "administration/database"),
];

/** By who looks at them, in the order in which they come. */
export const pages = { nobody, fan, developer, invited, admin };

/** Addresses that lead on to another page, give a file to keep, or an answer to a script. */
export const files = ["sign-out", "check-redirect-uri", "administration/audit/csv", "apps/{}/{}/usage.csv"];
