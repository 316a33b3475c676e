// How the servers of this folder begin and end: one JSON line on stdout once they listen, SIGTERM to stop.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

/** What the environment may set: a lifetime so short that a token expires, the path behind the redirect URI. */
export const ACCESS_TOKEN_SECONDS = Number(process.env.ACCESS_TOKEN_SECONDS ?? 3600);
export const REDIRECT_URI = `http://127.0.0.1${process.env.REDIRECT_PATH ?? "/callback"}`;

export const CLIENT = {
  client_id: randomBytes(16).toString("hex"),
  client_secret: randomBytes(32).toString("base64url"),
};
export const USER = { email: "ada@label.example", password: "correct horse" };

/** A server on a free port, and the address it is reached at. */
export async function listen() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { server, base_url: `http://127.0.0.1:${server.address().port}` };
}

export function announce(server, base_url, more = {}) {
  process.once("SIGTERM", () => (server.close(), server.closeAllConnections()));
  console.log(JSON.stringify({ base_url, ...CLIENT, redirect_uri: REDIRECT_URI, user: USER, ...more }));
}
