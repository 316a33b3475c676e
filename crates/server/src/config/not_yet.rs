//! What the configuration has words for and this version does not do: it is refused, so that nobody believes it happens.

use super::File;
use super::accounts::Registration;
use super::check::Check;

pub(super) fn check(file: &File, check: &mut Check<'_>) {
    if file.accounts.registration == Registration::Open {
        let cure = "write \"invitation\" or \"closed\"";
        check.wrong("accounts.registration", format!("nobody can register at this version yet: {cure}"));
    }
}
