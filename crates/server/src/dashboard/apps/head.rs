//! What stands above each page of an app: where one is, the app's name and stage, and its tabs.

use stagedoor_protocol::app::{AppRecord, Stage};
use stagedoor_wire::dialect::Users;

use super::super::BASE;
use super::{address, badge};
use crate::api::Api;

/// A page of an app.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tab {
    Credentials,
    Users,
    Usage,
    TryIt,
    Settings,
}

/// What the template `app_head.html` shows.
pub(super) struct AppHead<'a> {
    /// The apps of the team that owns it.
    pub(super) apps: String,
    pub(super) api_title: &'a str,
    pub(super) name: &'a str,
    pub(super) stage: &'static str,
    pub(super) badge: &'static str,
    pub(super) is_suspended: bool,
    pub(super) tabs: Vec<TabLink>,
}

/// One of the tabs.
pub(super) struct TabLink {
    pub(super) says: &'static str,
    pub(super) address: String,
    pub(super) is_here: bool,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Credentials, "Credentials", ""),
        (Self::Users, "Users", "/users"),
        (Self::Usage, "Usage", "/usage"),
        (Self::TryIt, "Try it", "/try-it"),
        (Self::Settings, "Settings", "/settings"),
    ];

    /// Whether an app has this page.
    pub(super) fn is_for(self, record: &AppRecord, api: &Api) -> bool {
        let is_requested = record.app.stage == Stage::Requested;
        match self {
            Self::Credentials | Self::Settings => true,
            Self::Usage | Self::TryIt => !is_requested,
            Self::Users => !is_requested && matches!(api.dialect().apps.users, Users::Listed(_)),
        }
    }
}

impl<'a> AppHead<'a> {
    pub(super) fn of(record: &'a AppRecord, api: &'a Api, here: Tab) -> Self {
        let address = address(record);
        let tabs = Tab::ALL.into_iter().filter(|(tab, ..)| tab.is_for(record, api));
        let tabs = tabs.map(|(tab, says, below)| TabLink {
            says,
            address: format!("{address}{below}"),
            is_here: tab == here,
        });
        Self {
            apps: format!("{BASE}/teams/{}/apps", record.app.owner.id),
            api_title: &api.dialect().title,
            name: &record.app.name,
            stage: record.app.stage.as_str(),
            badge: badge(record.app.stage),
            is_suspended: record.app.stage == Stage::Suspended,
            tabs: tabs.collect(),
        }
    }
}
