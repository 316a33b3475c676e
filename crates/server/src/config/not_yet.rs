//! What the configuration has words for and this version does not do: it is refused, so that nobody believes it happens.

use super::File;
use super::accounts::Registration;
use super::check::Check;

pub(super) fn check(file: &File, check: &mut Check<'_>) {
    if file.server.tls.is_some() {
        let cure = "put a proxy in front, and name it in `trusted_proxies`";
        check.wrong("server.tls", format!("this version does not do TLS itself yet: {cure}"));
    }
    if file.accounts.registration == Registration::Open {
        let cure = "write \"invitation\" or \"closed\"";
        check.wrong("accounts.registration", format!("nobody can register at this version yet: {cure}"));
    }
}
