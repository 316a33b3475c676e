// Access tokens that are JWTs (RFC 9068), checked by jose 6 with the public keys, as a service would that asks nobody. A test
// of the protocol crate makes sure that these are the tokens and keys that the server makes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";

const given = JSON.parse(readFileSync(new URL("access_tokens.json", import.meta.url), "utf8"));
const keys = createLocalJWKSet(given.jwks);
const at = (seconds) => new Date((given.made_at_seconds + seconds) * 1000);
const rules = {
  issuer: given.issuer,
  audience: given.issuer,
  typ: "at+jwt",
  requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
};

for (const [algorithm, token] of Object.entries(given.tokens)) {
  const check = (more) => jwtVerify(token, keys, { ...rules, algorithms: [algorithm], currentDate: at(0), ...more });

  test(`${algorithm}: passes`, async () => {
    const { payload, protectedHeader } = await check({});
    assert.equal(protectedHeader.alg, algorithm);
    assert.equal(payload.scope, "play record");
    assert.equal(payload.client_id, "29");
  });

  test(`${algorithm}: of another issuer, for another audience, too late`, async () => {
    const wrong = [{ issuer: "https://other.example" }, { audience: "other" }, { currentDate: at(3600) }];
    for (const more of wrong) await assert.rejects(check(more));
  });

  test(`${algorithm}: changed`, async () => {
    const [header, payload, signature] = token.split(".");
    const other = Buffer.from(payload, "base64url").toString().replace("play", "stop");
    const changed = [header, Buffer.from(other).toString("base64url"), signature].join(".");
    await assert.rejects(jwtVerify(changed, keys, { ...rules, currentDate: at(0) }), {
      code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    });
  });
}
