//! `[accounts]`.

use serde::Deserialize;

/// People.
#[derive(Deserialize, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [accounts]")]
pub(super) struct AccountsSection {
    /// How a person comes to have an account.
    pub(super) registration: Registration,
}

/// How a person comes to have an account.
#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema, serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Anyone makes one; this version refuses it yet.
    Open,
    /// Who was invited makes one.
    #[default]
    Invitation,
    /// An administrator makes it.
    Closed,
}
