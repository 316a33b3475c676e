// oauth2-mock-server 8.2.3: sends everyone back with a code at once, takes any client and any refresh token, and answers
// what a test asks for. Its endpoints are its own; two levers beside them are ours.
//
//   POST /_next   {"status", "body"}: what the next token request is answered with; `body` replaces the members it names,
//                 null takes one away
//   GET  /_seen   how many token requests came, by grant type

import { json } from "node:stream/consumers";
import { OAuth2Server } from "oauth2-mock-server";
import { ACCESS_TOKEN_SECONDS, announce, listen } from "./announce.mjs";

const { server, base_url } = await listen();
const { issuer, service } = new OAuth2Server();
issuer.url = base_url;
await issuer.keys.generate("ES256");

const next = [];
const seen = {};
let newest;

service.on("beforeResponse", (answer, request) => {
  seen[request.body.grant_type] = (seen[request.body.grant_type] ?? 0) + 1;
  answer.body.expires_in = ACCESS_TOKEN_SECONDS;
  const other = next.shift();
  if (other?.status) answer.statusCode = other.status;
  if (other?.body) answer.body = changed(answer.statusCode < 400 ? answer.body : {}, other.body);
  newest = answer.body.access_token ?? newest;
});

// By itself it tells anybody who the user is.
service.on("beforeUserinfo", (answer, request) => {
  if (newest && request.headers.authorization === `Bearer ${newest}`) return;
  Object.assign(answer, { statusCode: 401, body: { error: "invalid_token" } });
});

server.on("request", async (request, response) => {
  if (request.url === "/_seen") return response.end(JSON.stringify(seen));
  if (request.url !== "/_next") return service.requestHandler(request, response);
  next.push(await json(request));
  return response.writeHead(204).end();
});
announce(server, base_url, { scope: "read", api_path: "/userinfo" });

function changed(body, members) {
  const all = Object.entries({ ...body, ...members });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}
