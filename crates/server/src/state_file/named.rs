//! A row that another row names.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};

/// By what people know it by, or by the number that a file of one's own gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named<Id> {
    Id(Id),
    Name(String),
}

impl<Id: PartialEq> Named<Id> {
    /// Whether it is the row with this number and name.
    pub fn is(&self, id: Option<&Id>, name: &str) -> bool {
        match self {
            Self::Id(own) => id == Some(own),
            Self::Name(own) => own == name,
        }
    }
}

impl<Id: fmt::Display> fmt::Display for Named<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl<'de, Id: Deserialize<'de>> Deserialize<'de> for Named<Id> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamedVisitor(PhantomData))
    }
}

struct NamedVisitor<Id>(PhantomData<Id>);

impl<'de, Id: Deserialize<'de>> Visitor<'de> for NamedVisitor<Id> {
    type Value = Named<Id>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a number")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Named::Name(name.to_owned()))
    }

    fn visit_i64<E: Error>(self, id: i64) -> Result<Self::Value, E> {
        Id::deserialize(id.into_deserializer()).map(Named::Id)
    }
}

#[cfg(test)]
mod tests {
    use stagedoor_protocol::id::TeamId;

    use super::*;

    #[derive(Deserialize, Debug)]
    struct Entry {
        team: Named<TeamId>,
    }

    #[test]
    fn both_ways() {
        let read = |text: &str| toml::from_str::<Entry>(text).map(|entry| entry.team);
        assert_eq!(read("team = 5001").unwrap(), Named::Id(TeamId(5001)));
        assert_eq!(read("team = \"First\"").unwrap(), Named::Name("First".to_owned()));
        assert!(read("team = true").unwrap_err().to_string().contains("expected a name or a number"));
    }
}
