// @spotify/web-api-ts-sdk has its hosts as constants. This turns the global fetch, which it calls, to a server that
// runs here; the SDK itself stays as it is. Node's tests and the page in the browser use this same file.

export function pointSpotifyAt(spotify) {
  const withoutSdk = globalThis.fetch;
  globalThis.fetch = (resource, options) => withoutSdk(localAddress(spotify, resource), options);
}

export function localAddress({ authorize_url, token_url, base_url }, address) {
  for (const [theirs, ours] of [
    ["https://accounts.spotify.com/authorize", authorize_url],
    ["https://accounts.spotify.com/api/token", token_url],
    ["https://api.spotify.com", base_url],
  ]) {
    if (String(address).startsWith(theirs)) return ours + String(address).slice(theirs.length);
  }
  return address;
}
