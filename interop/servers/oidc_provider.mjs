// oidc-provider 9.13.3: authorization code with PKCE, refresh tokens that rotate and whose replay ends the grant, device
// grant, revocation. Its own are all endpoints; sign-in and consent below are ours, as it leaves them to its users.
//
//   POST /_end   ours: forgets the access token in the body and nothing else; its revocation ends the whole grant

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import Provider from "oidc-provider";
import { ACCESS_TOKEN_SECONDS, CLIENT, REDIRECT_URI, USER, announce, listen } from "./announce.mjs";

const { server, base_url } = await listen();
const provider = new Provider(base_url, configuration());
const oidc = provider.callback();
server.on("request", (request, response) => {
  const ours = request.url === "/_end" ? end : request.url.startsWith("/interaction/") && interact;
  if (!ours) return oidc(request, response);
  return ours(request, response).catch((fault) => response.writeHead(400).end(String(fault)));
});
announce(server, base_url, { scope: "openid read", api_path: "/me", device_path: "/device" });

function configuration() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    clients: [
      {
        ...CLIENT,
        client_name: "Stagedoor",
        // A native app's loopback redirect URI is taken with any port (RFC 8252, section 7.3).
        application_type: "native",
        redirect_uris: [REDIRECT_URI],
        grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        response_types: ["code"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    cookies: { keys: [randomBytes(32).toString("hex")] },
    expiresWithSession: () => false,
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        charset: "base-20",
        mask: "****-****",
        userCodeInputSource: devicePage,
        userCodeConfirmSource: devicePage,
        successSource: (ctx) => (ctx.body = page("<p>This device may go on.</p>")),
      },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (ctx, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: (ctx, client) => client.grantTypeAllowed("refresh_token"),
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256" }] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    scopes: ["openid", "read", "write"],
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 86400,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: 86400,
      Session: 86400,
    },
  };
}

async function end(request, response) {
  const token = await provider.AccessToken.find(await text(request));
  await token.destroy();
  response.writeHead(204).end();
}

/** The person's half: GET shows a form, POST is what they pressed. */
async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    const html = prompt.name === "login" ? signInForm() : consentForm(params);
    return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(html));
  }
  const form = new URLSearchParams(await text(request));
  const result =
    prompt.name === "login" ? signIn(form) : await decide(form, { prompt, params, session, grantId });
  const mergeWithLastSubmission = prompt.name !== "login";
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission });
}

function signIn(form) {
  const known = form.get("email") === USER.email && form.get("password") === USER.password;
  return known ? { login: { accountId: USER.email } } : { error: "access_denied" };
}

async function decide(form, { prompt, params, session, grantId }) {
  if (form.get("decision") !== "allow") {
    return { error: "access_denied", error_description: "The person said no" };
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(" "));
  return { consent: { grantId: await grant.save() } };
}

function devicePage(ctx, form) {
  ctx.body = page(form.replace("</form>", "<button>Continue</button></form>"));
}

function signInForm() {
  return `<form method="post"><input name="email"><input type="password" name="password"><button>Sign in</button></form>`;
}

function consentForm({ scope }) {
  const button = (value, inscription) => `<button name="decision" value="${value}">${inscription}</button>`;
  const asked = (scope ?? "").replace(/[^\w ]/g, "");
  return `<p>${asked}</p><form method="post">${button("allow", "Allow")}${button("deny", "Cancel")}</form>`;
}

function page(html) {
  return `<!doctype html><title>oidc-provider</title>${html}`;
}
