//! What a state file may not ask for.

use stagedoor_server::state_file::StateFile;

use crate::app::{START, TestApp};

#[tokio::test]
async fn no_public_app_where_every_app_needs_a_secret() {
    let app = TestApp::new().await;
    let of = |api: &str| {
        let text = format!(
            "[[team]]\nid = 5001\nname = \"x\"\nkind = \"band\"\n[[app]]\napi = \"{api}\"\nclient_id = \"77\"\nname = \"x\"\nstage = \"approved\"\nteam = 5001\npublic = true\n"
        );
        StateFile::parse(&text).unwrap().effects(app.server.apis(), START).map(|_| ())
    };
    assert!(of("standard").is_ok() && of("spotify").is_ok());
    assert_eq!(
        of("soundcharts").unwrap_err().to_string(),
        "app 77: every app of soundcharts needs a secret, so it cannot be public; leave out `public`"
    );
}
