//! `[accounts]`.

use serde::Deserialize;

use super::File;
use super::check::Check;

/// People.
#[derive(Deserialize, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [accounts]")]
pub(super) struct AccountsSection {
    /// How a person comes to have an account.
    pub(super) registration: Registration,
}

/// What open registration needs.
pub(super) fn check(file: &File, check: &mut Check<'_>) {
    if file.accounts.registration == Registration::Open && file.mail.is_none() {
        let message = "who registers confirms their e-mail by mail, and there is no [mail]: say there which server sends it, or \
                       write \"invitation\"";
        check.wrong("accounts.registration", message);
    }
}

/// How a person comes to have an account.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Anyone makes one, and confirms by mail that the e-mail is theirs; needs [`[mail]`](#mail).
    Open,
    /// Who was invited makes one.
    #[default]
    Invitation,
    /// An administrator makes it.
    Closed,
}
