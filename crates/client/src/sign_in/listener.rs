//! Catching the browser at a loopback address (RFC 8252 §7.3), on both families: a program that listens on `::1` alone must
//! not get what was meant for `127.0.0.1`, nor the other way round.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use stagedoor_wire::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::{Host, Url};

use super::page::Page;
use super::{CodeFlow, SignInError};

/// The most of a request that is read.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Browsers open connections they may use later; those do not stay for ever.
const SILENCE: Duration = Duration::from_secs(10);
/// The most connections that are open at once; others wait until one ends.
const MAX_CONNECTIONS: usize = 64;
/// Where a connection cannot be taken, because files have run out for instance, asking again at once would spin.
const PAUSE: Duration = Duration::from_millis(100);
/// How often another port is tried when a free one of one family is taken in the other.
const PORT_TRIES: usize = 16;

/// Listens for the answer to a sign-in.
#[derive(Debug)]
pub struct Listener {
    v4: Option<TcpListener>,
    v6: Option<TcpListener>,
    redirect_uri: String,
    path: String,
}

impl Listener {
    /// Listens at the port of `redirect_uri`: `http` on `127.0.0.1`, `[::1]` or `localhost`. Without a port, or with port 0,
    /// any free one is taken (RFC 8252 §7.3: to be registered without one).
    pub async fn bind(redirect_uri: &str) -> Result<Self, SignInError> {
        let foreign = || SignInError::NotLoopback(redirect_uri.to_owned());
        let url = Url::parse(redirect_uri).map_err(|_| foreign())?;
        let is_loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if url.scheme() != "http" || !is_loopback {
            return Err(foreign());
        }
        let port = written_port(redirect_uri).unwrap_or(0);
        let (v4, v6, bound) = bind_both(port).await.map_err(|source| SignInError::Port { port, source })?;
        Ok(Self { v4, v6, redirect_uri: with_port(redirect_uri, bound), path: url.path().to_owned() })
    }

    /// The redirect URI with the port that is listened at.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The port.
    pub fn port(&self) -> u16 {
        written_port(&self.redirect_uri).unwrap_or(0)
    }

    /// Waits for the code that answers `flow`. Answers to other sign-ins get a page that says so and change nothing.
    pub async fn wait(&self, flow: &CodeFlow, deadline: Duration) -> Result<Secret, SignInError> {
        let seconds = deadline.as_secs();
        tokio::time::timeout(deadline, self.answer(flow))
            .await
            .map_err(|_| SignInError::TimedOut { seconds })?
    }

    async fn answer(&self, flow: &CodeFlow) -> Result<Secret, SignInError> {
        // One task a connection: an idle one must not keep the real one waiting. They end with the set.
        let mut heads = JoinSet::new();
        loop {
            let (stream, target) = tokio::select! {
                stream = self.accept(), if heads.len() < MAX_CONNECTIONS => {
                    heads.spawn(read_target(stream));
                    continue;
                }
                Some(joined) = heads.join_next() => match joined {
                    Ok(Some(read)) => read,
                    // It asked for nothing.
                    Ok(None) | Err(_) => continue,
                },
            };
            let (path, query) = target.split_once('?').unwrap_or((target.as_str(), ""));
            if path != self.path {
                show(stream, Page::NotFound).await;
                continue;
            }
            match flow.read(query.as_bytes()) {
                Ok(code) => {
                    show(stream, Page::SignedIn).await;
                    return Ok(code);
                }
                Err(SignInError::WrongState | SignInError::NoAnswer) => show(stream, Page::Stale).await,
                Err(error) => {
                    show(stream, Page::Denied).await;
                    return Err(error);
                }
            }
        }
    }

    async fn accept(&self) -> TcpStream {
        loop {
            let accepted = tokio::select! {
                accepted = accept(self.v4.as_ref()) => accepted,
                accepted = accept(self.v6.as_ref()) => accepted,
            };
            match accepted {
                Ok(stream) => return stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

/// The target of a GET request; `None` for anything else.
async fn read_target(mut stream: TcpStream) -> Option<(TcpStream, String)> {
    let mut head = Vec::with_capacity(1024);
    let reading = async {
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            if stream.read_buf(&mut head).await.ok()? == 0 || head.len() > MAX_HEAD_BYTES {
                return None;
            }
        }
        Some(())
    };
    tokio::time::timeout(SILENCE, reading).await.ok()??;
    let line = head.split(|&byte| byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    match (words.next(), words.next(), words.next()) {
        (Some("GET"), Some(target), Some(version)) if version.starts_with("HTTP/1.") => {
            let target = target.to_owned();
            Some((stream, target))
        }
        _ => None,
    }
}

/// A browser that went away needs no page.
async fn show(mut stream: TcpStream, page: Page) {
    let shown = async {
        stream.write_all(page.response().as_bytes()).await?;
        stream.shutdown().await
    };
    match tokio::time::timeout(SILENCE, shown).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "the browser did not take the page"),
        Err(_) => tracing::debug!("the browser did not take the page in time"),
    }
}

/// Both families at one port; one alone where the machine lacks the other.
async fn bind_both(port: u16) -> io::Result<(Option<TcpListener>, Option<TcpListener>, u16)> {
    let mut last = io::Error::from(ErrorKind::AddrInUse);
    for _ in 0..if port == 0 { PORT_TRIES } else { 1 } {
        let v4 = present(TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await)?;
        let bound = v4.as_ref().map_or(Ok(port), |listener| listener.local_addr().map(|own| own.port()))?;
        match present(TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, bound))).await) {
            Ok(None) if v4.is_none() => return Err(ErrorKind::AddrNotAvailable.into()),
            Ok(v6) => {
                let bound = match (&v4, &v6) {
                    (None, Some(v6)) => v6.local_addr()?.port(),
                    _ => bound,
                };
                return Ok((v4, v6, bound));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// `None` where the machine does not have the family.
fn present(bound: io::Result<TcpListener>) -> io::Result<Option<TcpListener>> {
    match bound {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if matches!(error.kind(), ErrorKind::AddrNotAvailable | ErrorKind::Unsupported) => {
            Ok(None)
        }
        // EAFNOSUPPORT has no kind of its own.
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The port as it is written: a parser drops `:80`.
fn written_port(uri: &str) -> Option<u16> {
    let (_, port) = split_authority(uri)?.0.rsplit_once(':').filter(|(_, port)| !port.contains(']'))?;
    port.parse().ok()
}

fn with_port(uri: &str, port: u16) -> String {
    let Some((authority, rest)) = split_authority(uri) else { return uri.to_owned() };
    let host = match authority.rsplit_once(':') {
        Some((host, written)) if !written.contains(']') => host,
        _ => authority,
    };
    format!("http://{host}:{port}{rest}")
}

fn split_authority(uri: &str) -> Option<(&str, &str)> {
    let (_, rest) = uri.split_once("://")?;
    Some(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_as_written() {
        let cases = [
            ("http://127.0.0.1:80/cb", Some(80), "http://127.0.0.1:7/cb"),
            ("http://127.0.0.1/cb", None, "http://127.0.0.1:7/cb"),
            ("http://[::1]/cb", None, "http://[::1]:7/cb"),
            ("http://[::1]:0/cb", Some(0), "http://[::1]:7/cb"),
            ("http://localhost:8888", Some(8888), "http://localhost:7"),
        ];
        for (uri, port, moved) in cases {
            assert_eq!((written_port(uri), with_port(uri, 7).as_str()), (port, moved), "{uri}");
        }
    }
}
