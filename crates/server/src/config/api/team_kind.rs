//! Kinds of teams, as they are written.

use serde::Deserialize;
use stagedoor_protocol::team::TeamKind;

/// What kind of team.
#[derive(Deserialize, Clone, Copy, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum TeamKindName {
    /// A label.
    Label,
    /// A band.
    Band,
    /// A partner.
    Partner,
    /// A company.
    Company,
}

impl TeamKindName {
    pub(super) fn kind(self) -> TeamKind {
        match self {
            Self::Label => TeamKind::Label,
            Self::Band => TeamKind::Band,
            Self::Partner => TeamKind::Partner,
            Self::Company => TeamKind::Company,
        }
    }
}
