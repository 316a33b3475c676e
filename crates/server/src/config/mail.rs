//! `[mail]`.

use std::fmt;
use std::path::PathBuf;

use lettre::message::Mailbox;
use serde::Deserialize;
use stagedoor_wire::Secret;
use url::{Host, Url};

use super::check::{Check, read_private};

/// How mails are sent: to confirm an e-mail, and to set a forgotten password. Left out, none are.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a section, [mail]")]
pub(super) struct MailSection {
    /// The server that takes them: `smtps://user@smtp.example.com` by TLS from the start, port 465, or
    /// `smtp://user@smtp.example.com` by STARTTLS, port 587. One of this machine, such as `smtp://127.0.0.1`, is spoken to
    /// in clear, port 25. A user needs a password.
    smtp: String,
    /// Whom they come from: an address, or a name and an address such as `Stagedoor <no-reply@example.com>`.
    from: String,
    /// A file that holds the user's password and that its owner alone can read (mode 0600).
    password_file: Option<PathBuf>,
    /// Name of an environment variable that holds the user's password.
    password_env: Option<String>,
}

/// How mails are sent.
#[derive(Clone)]
pub struct MailConfiguration {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    /// User and password.
    pub(crate) credentials: Option<(String, Secret)>,
    pub(crate) from: Mailbox,
}

/// How the connection is kept from others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Security {
    /// TLS from the start (RFC 8314 §3.3).
    Tls,
    /// TLS after STARTTLS (RFC 3207), and nothing without it.
    StartTls,
    /// It does not leave this machine.
    Loopback,
}

impl Security {
    fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::Loopback => 25,
        }
    }
}

impl PartialEq for MailConfiguration {
    fn eq(&self, other: &Self) -> bool {
        let known = |own: &Self| (own.host.clone(), own.port, own.security, own.from.clone());
        known(self) == known(other)
            && match (&self.credentials, &other.credentials) {
                (Some(own), Some(other)) => own.0 == other.0 && own.1.ct_eq(&other.1),
                (own, other) => own.is_none() && other.is_none(),
            }
    }
}

impl fmt::Debug for MailConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailConfiguration").field("host", &self.host).field("port", &self.port).finish()
    }
}

impl MailSection {
    pub(super) fn typed(self, check: &mut Check<'_>) -> Option<MailConfiguration> {
        let from = self.from.parse().ok();
        let from = check.needed(
            from,
            "mail.from",
            "`from` is no address: write one such as \"no-reply@example.com\" or \"Stagedoor <no-reply@example.com>\"",
        );
        let is_usable = |url: &Url| {
            let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
            matches!(url.scheme(), "smtp" | "smtps") && url.has_host() && is_bare
        };
        let url = Url::parse(&self.smtp).ok().filter(is_usable);
        let url = check.needed(
            url,
            "mail.smtp",
            "`smtp` is no mail server: write one such as \"smtps://user@smtp.example.com\" or \"smtp://127.0.0.1:25\"",
        )?;
        if url.password().is_some() {
            let message = "no password belongs into this file: write it into one of its own, and its name as `password_file`";
            check.wrong("mail.smtp", message);
            return None;
        }
        let credentials = self.credentials(&url, check);
        let security = match url.scheme() {
            "smtps" => Security::Tls,
            _ if is_loopback(&url) => Security::Loopback,
            _ => Security::StartTls,
        };
        Some(MailConfiguration {
            host: url.host_str()?.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(security.port()),
            security,
            credentials: credentials?,
            from: from?,
        })
    }

    /// The inner one is none where the server asks for no user; the outer one only with a mistake noted.
    #[expect(clippy::option_option, reason = "the two say different things")]
    fn credentials(self, url: &Url, check: &mut Check<'_>) -> Option<Option<(String, Secret)>> {
        let user = percent_encoding::percent_decode_str(url.username()).decode_utf8_lossy().into_owned();
        let (password, at) = match (self.password_file, self.password_env) {
            (Some(_), Some(_)) => {
                check.wrong(
                    "mail.password_env",
                    "there are `password_file` and `password_env`: keep one of them",
                );
                return None;
            }
            (Some(file), None) => {
                let cure = "write the password of the mail server's user into it";
                let text = read_private(&check.path(&file), cure);
                (text.map(|text| Secret::new(text.trim().to_owned())), "mail.password_file")
            }
            (None, Some(name)) => {
                let missing = |_| {
                    format!("the environment has no {name}: set it to the password, or write `password_file`")
                };
                (std::env::var(&name).map(Secret::new).map_err(missing), "mail.password_env")
            }
            (None, None) if user.is_empty() => return Some(None),
            (None, None) => {
                let message =
                    "the user has no password: write the name of a file that holds it as `password_file`";
                check.wrong("mail.smtp", message);
                return None;
            }
        };
        if user.is_empty() {
            let message = "the password has no user: write whose it is into `smtp`, such as \"smtps://user@smtp.example.com\"";
            check.wrong("mail.smtp", message);
            return None;
        }
        let password = password.map_err(|message| check.wrong(at, message)).ok()?;
        Some(Some((user, password)))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Of a scheme that the standard does not know, an address is a name to `url`.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
