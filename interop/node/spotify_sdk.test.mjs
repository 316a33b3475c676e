// @spotify/web-api-ts-sdk 1.2.0, unmodified, on Node: client credentials and the API.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SpotifyApi } from "@spotify/web-api-ts-sdk";
import { RADIOHEAD, reset, spotify } from "./dev.mjs";
import { pointSpotifyAt } from "./spotify_hosts.mjs";

pointSpotifyAt(spotify);
beforeEach(reset);

// The SDK sends these scopes with their blank not encoded, and with a grant that has no use for them.
const SCOPES = ["user-read-email", "user-read-private"];

function client(secret = spotify.client_secret) {
  return SpotifyApi.withClientCredentials(spotify.client_id, secret, SCOPES);
}

test("client credentials open the catalogue", async () => {
  const api = client();
  const artist = await api.artists.get(RADIOHEAD);
  assert.equal(artist.name, "Radiohead");
  assert.equal(artist.href, `${spotify.base_url}/v1/artists/${RADIOHEAD}`);

  const token = await api.getAccessToken();
  assert.equal(token.token_type, "Bearer");
  assert.equal(token.expires_in, 3600);
});

test("a wrong secret gives no token", async () => {
  await assert.rejects(client("0".repeat(32)).artists.get(RADIOHEAD), /Failed to get access token/);
});

test("several artists, with the commas encoded", async () => {
  const api = client();
  const { artists } = await api.search("a", ["artist"], undefined, 3);
  const ids = [RADIOHEAD, ...artists.items.map((artist) => artist.id)];
  assert.deepEqual((await api.artists.get(ids)).map((artist) => artist.id), ids);
});

test("search in several types answers a page for each", async () => {
  const answer = await client().search("radiohead", ["artist", "album", "track"], undefined, 2);
  assert.equal(answer.artists.items[0].id, RADIOHEAD);
  for (const kind of ["artists", "albums", "tracks"]) {
    for (const member of ["href", "items", "limit", "next", "offset", "previous", "total"]) {
      assert.ok(member in answer[kind], `${kind}.${member}`);
    }
    assert.equal(answer[kind].limit, 2);
  }
});

test("a token that is none is told apart", async () => {
  const token = { access_token: "BQ-not-a-token", token_type: "Bearer", expires_in: 3600, refresh_token: "" };
  const api = SpotifyApi.withAccessToken(spotify.client_id, token);
  await assert.rejects(api.artists.get(RADIOHEAD), /Bad or expired token/);
});
