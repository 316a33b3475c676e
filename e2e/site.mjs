// An app: the site of its own that people come back to, and its calls from there.

import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

/** So that no limit of the API is met. */
const PAUSE_MILLIS = 40;

/** A site at a redirect URI that the demo's apps have registered, on a free port. */
export async function openSite(t) {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end('<!DOCTYPE html><html lang="en"><title>The app</title><link rel="icon" href="data:,"><h1>Back at the app</h1>');
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}/callback`;
}

/** Where an app sends people; `more` is added to the query or, if undefined, left out of it. */
export function authorizeUrl(api, redirect_uri, more = {}) {
  const query = { response_type: "code", client_id: api.client_id, redirect_uri, state: "as-it-was", ...more };
  return `${api.authorize_url}?${new URLSearchParams(JSON.parse(JSON.stringify(query)))}`;
}

/** What the browser brought back to the site. */
export async function broughtBack(page, redirectUri) {
  await page.waitForURL((url) => url.href.startsWith(redirectUri));
  return Object.fromEntries(new URL(page.url()).searchParams);
}

/** A proof key (RFC 7636): what is kept, and what is sent ahead. */
export function proofKey() {
  const code_verifier = randomBytes(32).toString("base64url");
  const code_challenge = createHash("sha256").update(code_verifier).digest("base64url");
  return { code_verifier, sent: { code_challenge, code_challenge_method: "S256" } };
}

/** Asks the token endpoint; the answer's status and members. */
export async function ask(api, fields, client = api) {
  const headers = {};
  if (client.client_secret) {
    headers.authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`;
  } else {
    fields = { ...fields, client_id: client.client_id };
  }
  const answer = await fetch(api.token_url, { method: "POST", headers, body: new URLSearchParams(fields) });
  return { status: answer.status, ...(await answer.json()) };
}

/** Exchanges what came back for tokens. */
export function exchange(api, redirect_uri, { code }, more = {}, client = api) {
  return ask(api, { grant_type: "authorization_code", code, redirect_uri, ...more }, client);
}

/** Status of a call with this token. */
export async function call(api, path, token) {
  const answer = await fetch(`${api.base_url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

/** A client that gets a token and calls, again and again, until it is told to stop. */
export function keepCalling(api, path, client) {
  const wrong = [];
  let stopped = false;
  let turn;
  const takeTurn = async () => {
    const answer = await ask(api, { grant_type: "client_credentials" }, client);
    const status = answer.status === 200 ? await call(api, path, answer.access_token) : answer.status;
    if (status !== 200) wrong.push(`${status} ${answer.error ?? ""}`);
    await new Promise((done) => setTimeout(done, PAUSE_MILLIS));
  };
  const running = (async () => {
    while (!stopped) await (turn = takeTurn());
  })();
  return {
    use: (other) => (client = other),
    /** Waits for a whole turn that begins now. */
    wholeTurn: async () => (await turn, await turn),
    /** Stops, and gives what went wrong. */
    stop: async () => ((stopped = true), await running, wrong),
  };
}
