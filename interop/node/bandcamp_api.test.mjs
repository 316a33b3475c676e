// @nutriot/bandcamp-api 0.5.5, unmodified: the host is the property BANDCAMP_BASE_URL.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import Bandcamp from "@nutriot/bandcamp-api";
import { bandcamp, reset } from "./dev.mjs";

beforeEach(reset);

function client(secret = bandcamp.client_secret) {
  const api = new Bandcamp({ id: bandcamp.client_id, secret });
  api.BANDCAMP_BASE_URL = bandcamp.base_url;
  return api;
}

async function bands(api, access_token) {
  const answer = await api.getMyBands(access_token);
  assert.ok(Array.isArray(answer.bands) && answer.bands.length > 0, JSON.stringify(answer));
  return answer.bands;
}

test("a token, and the bands it opens", async () => {
  const api = client();
  const token = await api.getClientCredentials();
  assert.deepEqual(Object.keys(token), ["expires_in", "access_token", "refresh_token", "ok", "token_type"]);
  assert.equal(token.ok, true);

  // Sent as a POST without a body and without a content type.
  for (const band of await bands(api, token.access_token)) {
    assert.equal(typeof band.band_id, "number");
    assert.equal(typeof band.subdomain, "string");
    assert.equal(typeof band.name, "string");
  }
});

test("its refresh, which says grant_type=client_credentials, is a refresh all the same", async () => {
  const api = client();
  const first = await api.getClientCredentials();

  const renewed = await api.refreshToken(first.refresh_token);

  assert.equal(renewed.ok, true, JSON.stringify(renewed));
  assert.notEqual(renewed.access_token, first.access_token);
  await bands(api, renewed.access_token);
  // And the next refresh token works in its turn.
  const again = await api.refreshToken(renewed.refresh_token);
  assert.equal(again.ok, true, JSON.stringify(again));
});

test("a second grant is refused as a duplicate", async () => {
  const api = client();
  await api.getClientCredentials();
  assert.deepEqual(await api.getClientCredentials(), {
    error: true,
    message: `client ${bandcamp.client_id} has multiple active grants`,
  });
});

test("a wrong secret is refused in JSON", async () => {
  const answer = await client("not-the-secret").getClientCredentials();
  assert.equal(answer.error, true);
  assert.equal(answer.access_token, undefined);
});

test("a sales report of versions 2 and 4, asked for with JSON sent as text/plain", async () => {
  const api = client();
  const { access_token } = await api.getClientCredentials();

  let sales = 0;
  for (const { band_id } of await bands(api, access_token)) {
    const period = { band_id, start_time: "2000-01-01 00:00:00" };
    const byTransaction = await api.getSalesReport(access_token, period);
    assert.equal(byTransaction.error, undefined, JSON.stringify(byTransaction));
    const { report } = await api.getSalesReport(access_token, period, 4);
    assert.ok(Array.isArray(report));
    for (const item of [...Object.values(byTransaction), ...report]) {
      for (const member of ["date", "item_type", "item_name", "artist", "currency", "quantity", "net_amount"]) {
        assert.ok(member in item, `${member} in ${JSON.stringify(item)}`);
      }
    }
    sales += report.length;
  }
  assert.ok(sales > 0, "the demo bands have sold something since 2000");
});

test("merch orders", async () => {
  const api = client();
  const { access_token } = await api.getClientCredentials();

  for (const { band_id } of await bands(api, access_token)) {
    const answer = await api.getOrders(access_token, { band_id });
    assert.equal(answer.success, true, JSON.stringify(answer));
    for (const order of answer.items) {
      for (const member of ["sale_item_id", "payment_id", "order_date", "item_name", "quantity", "payment_state"]) {
        assert.ok(member in order, `${member} in ${JSON.stringify(order)}`);
      }
    }
  }
});

test("an unknown token is told in JSON", async () => {
  const answer = await client().getMyBands("not-a-token");
  assert.equal(answer.bands, undefined);
  assert.equal(answer.error, true);
});
