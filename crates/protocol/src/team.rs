//! Teams own apps; accounts are members.

use serde::Deserialize;

use crate::id::TeamId;

/// A team as tokens need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub epoch: u32,
}

/// What kind of team it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamKind {
    Label,
    Band,
    Partner,
    Company,
}

impl TeamKind {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Band => "band",
            Self::Partner => "partner",
            Self::Company => "company",
        }
    }

    /// From its stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Label, Self::Band, Self::Partner, Self::Company].into_iter().find(|kind| kind.as_str() == text)
    }
}
