//! The socket itself.

use std::sync::Arc;

use stagedoor_server::admin::socket::Socket;
use stagedoor_server::admin::{Admin, listen};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::oneshot;

use crate::app::TestApp;

#[tokio::test]
async fn answers_until_it_stops() {
    let app = TestApp::new().await;
    let server = app.server.clone();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("stagedoor.sock");
    let (stop, stopped) = oneshot::channel::<()>();
    let admin = Arc::new(Admin::new(move || server.clone()));
    let served = tokio::spawn(listen::serve(Socket::bind(&path).unwrap(), admin, async {
        let _ = stopped.await;
    }));
    let mut stream = UnixStream::connect(&path).await.unwrap();
    let request = "GET /admin/v1/accounts/7001 HTTP/1.1\r\nhost: stagedoor\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("fan@example.com"), "{answer}");
    let sign_out =
        "POST /admin/v1/accounts/7001/sign-out HTTP/1.1\r\nhost: stagedoor\r\nconnection: close\r\n\r\n";
    let mut stream = UnixStream::connect(&path).await.unwrap();
    stream.write_all(sign_out.as_bytes()).await.unwrap();
    answer.clear();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    let lines = stagedoor_protocol::audit::AuditFilter::default();
    let page = stagedoor_store::Page { behind: None, limit: 1 };
    let line = app.server.store().audit(lines, page).await.unwrap().remove(0).entry;
    assert!(line.actor.starts_with("uid ") && line.origin == "admin socket", "{line:?}");
    stop.send(()).unwrap();
    served.await.unwrap();
    assert!(!path.exists());
}
