//! Ending what rests on a key.

use serde_json::Value;

use super::Administrator;
use crate::app::TestApp;

/// A running server may not have heard that another key took over.
#[tokio::test]
async fn a_key_in_use_stays() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    for active in ["1", "2", "3", "4", "5"] {
        let refused = admin.refused("POST", &format!("keys/{active}/end"), Value::Null).await;
        assert_eq!(refused, (409, "key-active".to_owned()), "{active}");
    }
    assert_eq!(admin.refused("POST", "keys/x/end", Value::Null).await, (404, "not-found".to_owned()));
    let (_, problem) = admin.ask("POST", "keys/3/end", &Value::Null).await;
    let detail = "key 3 stays: for the server that runs it is the active client_secret key, with which new things are made";
    assert_eq!(problem["detail"], detail);
}

#[tokio::test]
async fn what_rests_on_another_ends() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    // No API makes or takes JWTs.
    admin.done("POST", "keys/7/end", Value::Null).await;
    let expected = ("key retired by force, and all that rested on it ended".to_owned(), "7".to_owned());
    assert_eq!(admin.last_line().await.0, expected.0);
    let line = admin.get("audit?limit=1").await["items"][0].take();
    assert_eq!(line["subject"]["id"], expected.1.as_str(), "{line}");
}
