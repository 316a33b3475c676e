//! The four providers, as their own documents write it.

use serde_json::Value;
use stagedoor_server::dev::{Line, Section};

use super::copy_the_code;

/// One section for each.
pub(super) fn sections(apis: &Value) -> Vec<Section> {
    let of = |api: &str, name: &str| apis[api][name].as_str().unwrap_or_default().to_owned();
    vec![bandcamp(&of), spotify(&of), spotify_ads(&of), soundcharts(&of, &apis["soundcharts"])]
}

type Of<'a> = &'a dyn Fn(&str, &str) -> String;

fn section(title: &str, lines: Vec<Line>) -> Section {
    Section { title: title.to_owned(), lines }
}

fn command(text: String) -> Line {
    Line::Command { says: String::new(), text }
}

fn bandcamp(of: Of<'_>) -> Section {
    let (token_url, id, secret) =
        (of("bandcamp", "token_url"), of("bandcamp", "client_id"), of("bandcamp", "client_secret"));
    let base = of("bandcamp", "base_url");
    let lines = [
        format!(
            "curl --request POST --url '{token_url}' --data 'grant_type=client_credentials' --data-urlencode 'client_id={id}' --data-urlencode 'client_secret={secret}'"
        ),
        format!(
            "curl --request POST --url '{token_url}' --data 'grant_type=refresh_token' --data-urlencode 'client_id={id}' --data-urlencode 'client_secret={secret}' --data-urlencode 'refresh_token=REFRESH_TOKEN'"
        ),
        format!("curl -X POST '{base}/api/account/1/my_bands' -H 'Authorization: Bearer ACCESS_TOKEN'"),
    ];
    let mut lines: Vec<_> = lines.map(command).into();
    lines.push(Line::Words(
        "An app has one grant at a time: the first line again says duplicate_grant until that ended. Use the second line then, or \
         start anew."
            .to_owned(),
    ));
    section("Bandcamp", lines)
}

fn spotify(of: Of<'_>) -> Section {
    let (token_url, id, secret) =
        (of("spotify", "token_url"), of("spotify", "client_id"), of("spotify", "client_secret"));
    let (base, authorize) = (of("spotify", "base_url"), of("spotify", "authorize_url"));
    let redirect_uri = "http://127.0.0.1:3000";
    section(
        "Spotify Web API",
        vec![
            command(format!(
                "curl -X POST \"{token_url}\" -H \"Content-Type: application/x-www-form-urlencoded\" -d \"grant_type=client_credentials&client_id={id}&client_secret={secret}\""
            )),
            command(format!(
                "curl \"{base}/v1/artists/4Z8W4fKeB5YxbusRsdQVPb\" -H \"Authorization: Bearer ACCESS_TOKEN\""
            )),
            Line::Link(format!(
                "{authorize}?client_id={id}&response_type=code&scope=user-read-email&redirect_uri={redirect_uri}"
            )),
            copy_the_code(redirect_uri),
            command(format!(
                "curl \"{token_url}\" -u \"{id}:{secret}\" -d grant_type=authorization_code -d code=CODE -d redirect_uri={redirect_uri}"
            )),
            command(format!("curl \"{base}/v1/me\" -H \"Authorization: Bearer ACCESS_TOKEN\"")),
        ],
    )
}

fn spotify_ads(of: Of<'_>) -> Section {
    let (token_url, id, secret) =
        (of("spotify-ads", "token_url"), of("spotify-ads", "client_id"), of("spotify-ads", "client_secret"));
    let (base, authorize) = (of("spotify-ads", "base_url"), of("spotify-ads", "authorize_url"));
    let redirect_uri = "http://localhost:8888/callback";
    section(
        "Spotify Ads API",
        vec![
            Line::Link(format!(
                "{authorize}/?client_id={id}&response_type=code&scope=streaming&redirect_uri={redirect_uri}"
            )),
            copy_the_code(redirect_uri),
            command(format!("echo -n {id}:{secret} | base64 -w 0")),
            command(format!(
                "curl -H \"Authorization: Basic BASE64_OUTPUT\" -d grant_type=authorization_code -d code=CODE -d redirect_uri={redirect_uri} {token_url}"
            )),
            command(format!(
                "curl -H \"Authorization: Basic BASE64_OUTPUT\" -d grant_type=refresh_token -d refresh_token=REFRESH_TOKEN {token_url}"
            )),
            command(format!(
                "curl --request GET --url {base}/ads-sandbox/v1/currentUser/adAccounts --header 'authorization: Bearer ACCESS_TOKEN'"
            )),
        ],
    )
}

fn soundcharts(of: Of<'_>, told: &Value) -> Section {
    let (token_url, id, secret) =
        (of("soundcharts", "token_url"), of("soundcharts", "client_id"), of("soundcharts", "client_secret"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let artist =
        format!("{}/api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396", of("soundcharts", "base_url"));
    let lines = [
        format!(
            "curl -X POST {token_url} -u \"{id}:{secret}\" -H \"Content-Type: application/x-www-form-urlencoded\" -d \"grant_type=client_credentials\" -d \"team_id={team}\"",
            team = text(&told["teams"][0]["id"]),
        ),
        format!("curl {artist} -H \"Authorization: Bearer ACCESS_TOKEN\""),
        format!(
            "curl {artist} -H \"x-app-id: {app_id}\" -H \"x-api-key: {api_key}\"",
            app_id = text(&told["legacy"]["app_id"]),
            api_key = text(&told["legacy"]["api_key"]),
        ),
    ];
    section("Soundcharts API", lines.map(command).into())
}
