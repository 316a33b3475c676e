//! Why this server refused, and what to do: a sentence each, for whoever wrote the app.

use super::Terms;
use crate::usage::words::number;

/// What it was, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Explanation {
    pub(super) title: &'static str,
    pub(super) advice: String,
}

/// Of a reason by its name in a dialect file.
pub(super) fn explain(reason: &str, terms: &Terms) -> Explanation {
    let (title, advice) = of_the_api(reason).or_else(|| of_tokens(reason)).unwrap_or(OTHER);
    Explanation { title, advice: in_numbers(reason, terms).unwrap_or_else(|| advice.to_owned()) }
}

const OTHER: (&str, &str) =
    ("Refused", "The answer says why; its request id finds it in the log of whoever runs this server.");

/// Advice that names the API's numbers.
fn in_numbers(reason: &str, terms: &Terms) -> Option<String> {
    let minutes = terms.token_seconds / 60;
    Some(match reason {
        "rate_limited" => format!(
            "The limit is {} at once and {} a minute. Wait as long as Retry-After says, keep answers that you need again, \
             and ask for several things in one request where the API can.",
            number(u64::from(terms.limit.burst)),
            number(u64::from(terms.limit.per_minute))
        ),
        "too_many_requests" => format!(
            "A token lives {minutes} minutes: keep it that long, and share it among your processes. Retry-After says when to \
             ask again."
        ),
        "token_expired" => format!(
            "It lived {minutes} minutes. Renew a minute before the end that expires_in says, or when a call is answered with 401."
        ),
        "quota_exhausted" => {
            format!("Your team's {} calls of these 30 days are used up.", number(terms.quota.unwrap_or(0)))
        }
        "user_not_listed" => match terms.users_allowed {
            Some(users) => format!(
                "An app in development serves its {users} listed users at most. Add the person to the app's users; \
                 their next token is good then."
            ),
            None => return None,
        },
        _ => return None,
    })
}

fn of_the_api(reason: &str) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        "token_missing" => ("No access token", "Send it as Authorization: Bearer and the token."),
        "token_malformed" => {
            ("The Authorization header cannot be read", "Send Bearer, one space, and the token.")
        }
        "token_unknown" => {
            ("The access token is none of this API's", "Ask this API's token endpoint for one.")
        }
        "token_expired" => ("The access token expired", "Renew it before its end."),
        "token_revoked" => (
            "The access token was revoked",
            "Someone ended it: the person, a member of your team, or an administrator. Ask for a new one; a person may have to allow \
             the app again.",
        ),
        "scope_missing" => (
            "A scope is missing",
            "The token was not granted what this call needs. Ask for the scope when you send people to sign in.",
        ),
        "app_not_listed" => {
            ("The app is not approved", "The API answers once an administrator has approved the app.")
        }
        "user_not_listed" => (
            "The user is not on the list",
            "Add the person to the app's users; their next token is good then.",
        ),
        "legacy_key_wrong" => ("The API key is wrong", "It was changed or has ended. Move to access tokens."),
        "rate_limited" => ("Over the limit", "Wait as long as Retry-After says."),
        "quota_exhausted" => ("The quota is used up", "It begins anew within 30 days."),
        "malformed" => (
            "The address is ambiguous",
            "Send the path without // or dots as segments, and without escapes of letters, digits and slashes.",
        ),
        "not_found" => ("Nothing is there", "Compare the path with the API's documentation."),
        _ => return None,
    })
}

fn of_tokens(reason: &str) -> Option<(&'static str, &'static str)> {
    of_clients(reason).or_else(|| of_grants(reason))
}

fn of_clients(reason: &str) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        "client_missing" => ("No client id", "Send the client id with every token request."),
        "client_unknown" => ("The client id is unknown", "Copy it from the app's credentials."),
        "client_secret_wrong" => (
            "A wrong client secret",
            "Somebody used this client id with another secret. If it was you, copy the secret anew; if it was deleted or has expired, \
             make a new one.",
        ),
        "client_basic_malformed" => {
            ("The Authorization header cannot be read", "Send Basic and base64 of client_id:client_secret.")
        }
        "client_method" => (
            "The client id came in a way that is not offered",
            "Send it as the API's documentation says: header or form.",
        ),
        "client_twice" => (
            "Two client authentications at once",
            "Send the secret in the header or in the form, not in both.",
        ),
        "client_suspended" => ("The app is suspended or not approved", "Ask whoever runs this API."),
        "grant_type_missing" => ("grant_type is missing", "Say in the form which grant you ask for."),
        "grant_type_unsupported" => {
            ("The grant type is not offered", "Use one that the API's documentation names.")
        }
        "grant_type_forbidden" => {
            ("This app may not use the grant", "An app without a secret cannot act for itself.")
        }
        "media_type" => ("The body is not a form", "Send application/x-www-form-urlencoded."),
        "form_malformed" => ("The form cannot be read", "Encode each value once (URL encoding)."),
        "parameter_repeated" => ("A parameter was sent twice", "Send each once."),
        "parameter_missing" => ("A parameter is missing", "The answer names it."),
        "body_too_large" => ("The body is too large", "A token request has a few hundred bytes."),
        "method" => ("The token endpoint takes POST", "Send a form by POST."),
        "too_many_requests" => ("Too many token requests", "Keep the tokens you have."),
        "unavailable" => ("The server could not answer", "Try again in a moment."),
        "server_error" => ("The server failed", "Tell whoever runs this API the request id."),
        _ => return None,
    })
}

fn of_grants(reason: &str) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        "scope_invalid" => (
            "The scope is unknown or too wide",
            "Ask for no more than was granted, in the API's own spelling.",
        ),
        "code_unknown" => (
            "The code is unknown or was used",
            "Redeem each code once, with the app it was given to. A second use ends what the first one started.",
        ),
        "code_expired" => ("The code expired", "Redeem it at once: it lives 10 minutes."),
        "code_redirect_uri" => (
            "redirect_uri is another one",
            "Send the same text as in the authorization request, letter by letter.",
        ),
        "verifier_malformed" => {
            ("code_verifier has a wrong form", "It has 43 to 128 letters, digits and -._~ (RFC 7636).")
        }
        "verifier_missing" => (
            "code_verifier is missing",
            "The sign-in began with a challenge: send the verifier it was made of.",
        ),
        "verifier_wrong" => (
            "code_verifier does not fit",
            "Send the verifier of the same sign-in. Two tabs at once must not share a place to keep it.",
        ),
        "refresh_token_unknown" => (
            "The refresh token is unknown",
            "Keep the newest one you were given, whole, and use it with its own app.",
        ),
        "refresh_token_revoked" => (
            "The refresh token has ended",
            "It was revoked, or an old one was used again after its successor. Send the person to sign in; let only one process renew.",
        ),
        "duplicate_grant" => (
            "A grant is active already",
            "This API has one grant for an app at a time: use its refresh token, or end it, before you ask for another.",
        ),
        "team_missing" => ("The team is not said", "The app acts for several teams: send team_id."),
        "team_forbidden" => {
            ("The app does not act for that team", "Ask the team to let it, or leave team_id out.")
        }
        "authorization_pending" => ("The person has not decided", "Ask again after the interval."),
        "slow_down" => ("The device asks too often", "Wait five seconds longer between two requests."),
        "device_code_expired" => ("The device code expired", "Begin anew and show the new code."),
        "access_denied" => ("The person said no", "Stop asking, and say in your app how to try again."),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use stagedoor_wire::api_error::ApiErrorKind;
    use stagedoor_wire::token_error::TokenErrorKind;

    use super::*;

    #[test]
    fn every_reason_is_explained() {
        let reasons = ApiErrorKind::ALL.iter().map(|kind| kind.field());
        for reason in reasons.chain(TokenErrorKind::ALL.iter().map(|kind| kind.field())) {
            let explained = explain(reason, &Terms::example());
            assert_ne!(explained.title, OTHER.0, "{reason}");
            assert!(explained.advice.ends_with(['.', ')']), "{reason}: {}", explained.advice);
        }
        assert_eq!(explain("of an older version", &Terms::example()).title, OTHER.0);
    }

    #[test]
    fn limits_are_told() {
        let advice = |reason| explain(reason, &Terms::example()).advice;
        assert!(advice("rate_limited").starts_with("The limit is 100 at once and 11 a minute."));
        assert!(advice("token_expired").starts_with("It lived 60 minutes."));
    }
}
