// A single-page app without a secret: PKCE by the SDK, which keeps its token in localStorage.

import { AuthorizationCodeWithPKCEStrategy, SpotifyApi } from "/sdk/index.js";
import { localAddress, pointSpotifyAt } from "/spotify_hosts.mjs";

const settings = await (await fetch("/settings.json")).json();
pointSpotifyAt(settings);

const api = SpotifyApi.withUserAuthorization(settings.pkce_client_id, settings.redirect_uri, settings.scopes, {
  redirectionStrategy: {
    redirect: async (address) => location.assign(localAddress(settings, address)),
    onReturnFromRedirect: async () => {},
  },
});

async function show(work) {
  const result = document.getElementById("result");
  result.dataset.state = "working";
  result.textContent = JSON.stringify(await work());
  result.dataset.state = "done";
}

async function profile() {
  return { token: await api.getAccessToken(), profile: await api.currentUser.profile() };
}

/** The SDK renews a token in its last two minutes: this one is made to look like that. */
async function renew() {
  const key = AuthorizationCodeWithPKCEStrategy.cacheKey;
  const token = JSON.parse(localStorage.getItem(key));
  localStorage.setItem(key, JSON.stringify({ ...token, expires: Date.now() + 60_000 }));
  const me = await api.currentUser.profile();
  return { token: await api.getAccessToken(), profile: me };
}

document.getElementById("sign-in").onclick = () => api.authenticate();
document.getElementById("search").onclick = () => show(() => api.search("radiohead", ["artist"], undefined, 5));
document.getElementById("renew").onclick = () => show(renew);

// Back from the consent page: the SDK reads the code from the address and exchanges it.
if (new URLSearchParams(location.search).has("code")) {
  await api.authenticate();
  await show(profile);
}
