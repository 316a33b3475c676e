//! What went wrong with an authorization request, for the developer who sees it.

use stagedoor_protocol::authorize::Problem;

/// What happened and what to do, in plain words.
pub(super) fn explain(problem: &Problem) -> String {
    match problem {
        Problem::Malformed(why) => format!("The address cannot be read: {why}. Encode each parameter and send it once."),
        Problem::ClientMissing => {
            "The address lacks client_id. Add the client id that the dashboard shows for your app.".to_owned()
        }
        Problem::ClientUnknown => {
            "No app has this client id. Copy it again from the dashboard; mind that each API has its own apps.".to_owned()
        }
        Problem::ClientSuspended => {
            "This app may not ask for access now: it is suspended or not approved yet. Ask the API's owner.".to_owned()
        }
        Problem::RedirectUriMissing => {
            "The address lacks redirect_uri. Add one of the URIs registered for the app, letter for letter.".to_owned()
        }
        Problem::RedirectUriMalformed(why) => format!("The redirect URI cannot be used: {why}."),
        Problem::RedirectUriInsecure(why) => {
            format!("The redirect URI is not secure: {why}. Register a secure one and send it.")
        }
        Problem::RedirectUriUnregistered => {
            "The redirect URI is not registered for this app. It is compared letter for letter: port, path and a slash at \
             the end count. Register it, or send one that is registered."
                .to_owned()
        }
        Problem::ResponseType => {
            "Only response_type=code is offered. The implicit grant (token) is switched off; use the authorization code \
             with PKCE instead."
                .to_owned()
        }
        Problem::Scope => "A scope is misspelled or not offered. Separate scopes by blanks.".to_owned(),
        Problem::Challenge => {
            "Send code_challenge, the base64url SHA-256 of your code_verifier, with code_challenge_method=S256.".to_owned()
        }
    }
}
