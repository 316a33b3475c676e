//! What to paste: the documents' own command lines with live values.

use serde_json::Value;

/// The text for a terminal.
pub(super) fn text(told: &Value) -> String {
    let of = |api: &str, name: &str| told["apis"][api][name].as_str().unwrap_or_default().to_owned();
    let mut text = format!(
        "Stagedoor dev is ready on {url}. Everything below can be pasted.\n",
        url = told["url"].as_str().unwrap_or_default()
    );
    text.push_str(&bandcamp(&of));
    text.push_str(&spotify(&of));
    text.push_str(&spotify_ads(&of));
    text.push_str(&soundcharts(&of, &told["apis"]["soundcharts"]));
    text.push_str(&own(told));
    text.push_str(&format!(
        "\nSign in with {} and {}\n\
         Move the clock:   curl -X POST {url}/_dev/clock -d '{{\"advance_seconds\": 3601}}'\n\
         Start anew:       curl -X POST {url}/_dev/reset\n\
         Ask for a fault:  -H 'X-Stagedoor-Fault: expired', or revoked, 429;retry-after=5, 500, timeout, html, drop-answer\n\
         Ctrl-C stops it.\n",
        super::demo::EMAIL,
        super::demo::PASSWORD,
        url = told["url"].as_str().unwrap_or_default(),
    ));
    text
}

type Of<'a> = &'a dyn Fn(&str, &str) -> String;

fn bandcamp(of: Of<'_>) -> String {
    let (token_url, id, secret) =
        (of("bandcamp", "token_url"), of("bandcamp", "client_id"), of("bandcamp", "client_secret"));
    format!(
        "\nBandcamp\n  \
         curl --request POST --url '{token_url}' --data 'grant_type=client_credentials' --data-urlencode 'client_id={id}' --data-urlencode 'client_secret={secret}'\n  \
         curl --request POST --url '{token_url}' --data 'grant_type=refresh_token' --data-urlencode 'client_id={id}' --data-urlencode 'client_secret={secret}' --data-urlencode 'refresh_token=REFRESH_TOKEN'\n  \
         curl -X POST '{base}/api/account/1/my_bands' -H 'Authorization: Bearer ACCESS_TOKEN'\n",
        base = of("bandcamp", "base_url"),
    )
}

fn spotify(of: Of<'_>) -> String {
    let (token_url, id, secret) =
        (of("spotify", "token_url"), of("spotify", "client_id"), of("spotify", "client_secret"));
    format!(
        "\nSpotify Web API\n  \
         curl -X POST \"{token_url}\" -H \"Content-Type: application/x-www-form-urlencoded\" -d \"grant_type=client_credentials&client_id={id}&client_secret={secret}\"\n  \
         curl \"{base}/v1/artists/4Z8W4fKeB5YxbusRsdQVPb\" -H \"Authorization: Bearer ACCESS_TOKEN\"\n  \
         In a browser: {authorize}?client_id={id}&response_type=code&scope=user-read-email&redirect_uri=http://127.0.0.1:3000\n",
        base = of("spotify", "base_url"),
        authorize = of("spotify", "authorize_url"),
    )
}

fn spotify_ads(of: Of<'_>) -> String {
    let (token_url, id, secret) =
        (of("spotify-ads", "token_url"), of("spotify-ads", "client_id"), of("spotify-ads", "client_secret"));
    format!(
        "\nSpotify Ads API\n  \
         In a browser: {authorize}/?client_id={id}&response_type=code&scope=streaming&redirect_uri=http://localhost:8888/callback\n  \
         echo -n {id}:{secret} | base64 -w 0\n  \
         curl -H \"Authorization: Basic BASE64_OUTPUT\" -d grant_type=authorization_code -d code=CODE -d redirect_uri=http://localhost:8888/callback {token_url}\n  \
         curl -H \"Authorization: Basic BASE64_OUTPUT\" -d grant_type=refresh_token -d refresh_token=REFRESH_TOKEN {token_url}\n  \
         curl --request GET --url {base}/ads-sandbox/v1/currentUser/adAccounts --header 'authorization: Bearer ACCESS_TOKEN'\n",
        authorize = of("spotify-ads", "authorize_url"),
        base = of("spotify-ads", "base_url"),
    )
}

fn soundcharts(of: Of<'_>, told: &Value) -> String {
    let (token_url, id, secret) =
        (of("soundcharts", "token_url"), of("soundcharts", "client_id"), of("soundcharts", "client_secret"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!(
        "\nSoundcharts API\n  \
         curl -X POST {token_url} -u \"{id}:{secret}\" -H \"Content-Type: application/x-www-form-urlencoded\" -d \"grant_type=client_credentials\" -d \"team_id={team}\"\n  \
         curl {base}/api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396 -H \"Authorization: Bearer ACCESS_TOKEN\"\n  \
         curl {base}/api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396 -H \"x-app-id: {app_id}\" -H \"x-api-key: {api_key}\"\n",
        base = of("soundcharts", "base_url"),
        team = text(&told["teams"][0]["id"]),
        app_id = text(&told["legacy"]["app_id"]),
        api_key = text(&told["legacy"]["api_key"]),
    )
}

/// The rest: plain RFCs and the user's own dialects.
fn own(told: &Value) -> String {
    let printed = ["bandcamp", "spotify", "spotify-ads", "soundcharts"];
    let rest =
        told["apis"].as_object().into_iter().flatten().filter(|(name, _)| !printed.contains(&name.as_str()));
    let line = |(name, api): (&String, &Value)| {
        let of = |member: &str| api[member].as_str().unwrap_or_default();
        format!(
            "\n{name}\n  \
             curl {} -d grant_type=client_credentials -d client_id={} --data-urlencode 'client_secret={}'\n  \
             curl {}/whoami -H 'Authorization: Bearer ACCESS_TOKEN'\n",
            of("token_url"),
            of("client_id"),
            of("client_secret"),
            of("base_url"),
        )
    };
    rest.map(line).collect()
}
