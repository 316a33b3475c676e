//! Whether each provider can be reached, and what it says the time is.

use std::time::Duration;

use reqwest::header::DATE;
use stagedoor_client::clock::Clock;
use stagedoor_client::{BaseUrl, Credential, CredentialName, HttpClient, Provider};
use stagedoor_wire::Timestamp;

use super::Finding;
use crate::failure::{Exit, Failure};
use crate::{terminal, when};

/// From here on a wrong clock is worth a word.
const WRONG_SECONDS: u64 = 60;

/// The hosts of all credentials, each once.
pub(super) fn bases(credentials: &[(CredentialName, Credential, Provider)]) -> Vec<BaseUrl> {
    let mut bases: Vec<BaseUrl> = Vec::new();
    for base in credentials.iter().flat_map(|(_, _, provider)| [&provider.accounts, &provider.api]) {
        if !bases.contains(base) {
            bases.push(base.clone());
        }
    }
    bases
}

/// Asks each, without any token.
pub(super) async fn reach(bases: &[BaseUrl], max_wait_seconds: u32) -> Result<Vec<Finding>, Failure> {
    let http = HttpClient::new();
    let (client, patience) = (http.client()?, Duration::from_secs(max_wait_seconds.into()));
    let (mut findings, mut date) = (Vec::new(), None);
    for base in bases {
        let request = client.get(base.to_string()).timeout(patience).send();
        match terminal::during(&format!("asking {base}"), request).await {
            Ok(answer) => {
                findings.push(Finding::ok(format!("{base} answers")));
                let said = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
                date = date.or(said.and_then(Timestamp::from_http_date));
            }
            Err(error) => findings.push(unreachable(base, &error, max_wait_seconds)),
        }
    }
    findings.extend(date.map(|date| clock(date, Clock::machine().now().wall())));
    Ok(findings)
}

fn unreachable(base: &BaseUrl, error: &reqwest::Error, max_wait_seconds: u32) -> Finding {
    let why = match error {
        error if error.is_timeout() => format!("no answer within {max_wait_seconds} s"),
        error if error.is_connect() => "no connection".to_owned(),
        _ => "the connection broke".to_owned(),
    };
    let cure = match base {
        base if base.to_string().starts_with("http:") => {
            "is `stagedoor dev`, or whatever stands there, running?"
        }
        _ => "look at the network, HTTPS_PROXY and the provider's status page",
    };
    Finding::fail(Exit::Provider, format!("{base}: {why}"), Some(cure.to_owned()))
}

/// Lifetimes are counted by a clock that nobody sets; the wall clock shows times, and counts once the machine has restarted.
fn clock(provider: Timestamp, own: Timestamp) -> Finding {
    let seconds = (own.0 - provider.0).unsigned_abs() / 1000;
    if seconds < WRONG_SECONDS {
        return Finding::ok("the clock is right");
    }
    let span = when::span(u32::try_from(seconds).unwrap_or(u32::MAX));
    let which = if own > provider { "ahead" } else { "behind" };
    let text = format!("the clock is {span} {which} of the provider's");
    Finding::warn(
        text,
        "set it, for example with `timedatectl set-ntp true`; tokens are renewed by the machine's uptime meanwhile",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn a_minute_is_a_word_worth() {
        let now = Timestamp::from_seconds(1_788_134_400);
        assert!(clock(now.plus_seconds(-59), now).level == Level::Ok);
        let ahead = clock(now.plus_seconds(-3600), now);
        assert!(ahead.level == Level::Warn && ahead.text.contains("1 h ahead"), "{}", ahead.text);
        assert!(clock(now.plus_seconds(120), now).text.contains("2 min behind"));
    }
}
