// A site of its own on its own port, so that every call of its page to the server crosses origins.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
// The SDK's own ES modules, served as they are: they name each other by relative path, so no bundler is needed.
const sdk = dirname(fileURLToPath(import.meta.resolve("@spotify/web-api-ts-sdk")));
const TYPES = { ".html": "text/html; charset=utf-8", ".mjs": "text/javascript", ".js": "text/javascript" };

/** Serves the page at a registered redirect URI; `settings` is what the page may know of the server. */
export async function serveSite(spotify, settings) {
  const server = createServer((request, response) => answer(request, response, () => settings(redirectUri)));
  const registered = spotify.redirect_uris.map((uri) => new URL(uri)).filter(isLoopbackAddress);
  const redirectUri = await listenAtOne(server, registered);
  return { redirectUri, stop: () => new Promise((done) => (server.closeAllConnections(), server.close(done))) };
}

function isLoopbackAddress(uri) {
  return uri.protocol === "http:" && uri.hostname === "127.0.0.1";
}

/** One registered without a port may be used with any (RFC 8252, section 7.3); else the first port that is free. */
async function listenAtOne(server, registered) {
  registered.sort((one, other) => Number(one.port) - Number(other.port));
  for (const uri of registered) {
    if (await listen(server, Number(uri.port))) {
      uri.port = String(server.address().port);
      // As registered: the URL parser adds a slash to an address that has no path.
      return uri.pathname === "/" ? uri.origin : uri.href;
    }
  }
  throw new Error(`no registered redirect URI is free to listen at: ${registered.join(", ")}`);
}

function listen(server, port) {
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
}

async function answer(request, response, settings) {
  const { pathname } = new URL(request.url, "http://site");
  if (pathname === "/settings.json") {
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(settings()));
  }
  const file = fileFor(pathname);
  response.writeHead(200, { "content-type": TYPES[extname(file)] }).end(await readFile(file));
}

function fileFor(pathname) {
  if (pathname.startsWith("/sdk/")) return join(sdk, pathname.slice("/sdk/".length));
  if (pathname === "/spotify_hosts.mjs") return join(here, "spotify_hosts.mjs");
  if (pathname === "/app.mjs") return join(here, "page", "app.mjs");
  return join(here, "page", "index.html");
}
