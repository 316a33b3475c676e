//! What a flow must know before it can decide: asked once, answered by the store.

use std::sync::Arc;

use stagedoor_wire::{ClientId, Scopes};

use crate::app::App;
use crate::code::Code;
use crate::device::Device;
use crate::grant::{ActiveGrant, Again, Grant};
use crate::id::{AccountId, CodeId, DeviceId, GrantId};

/// A question about one app and what it presents.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub client_id: &'a ClientId,
    pub about: About,
}

/// What the app presents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing but itself: answered from memory when the app is known there.
    App,
    /// Its one active grant, with the grant's row.
    ActiveGrant,
    /// An authorization code.
    Code(CodeId),
    /// A grant, through a refresh token.
    Grant(GrantId),
    /// A device authorization.
    Device(DeviceId),
    /// A person's standing with it.
    Account(AccountId),
}

/// The answer. What was not asked or does not exist is `None`.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub app: Option<Arc<App>>,
    pub active: Option<ActiveGrant>,
    pub code: Option<Code>,
    /// What the person behind the code allows the app.
    pub consent: Option<Scopes>,
    /// The grant asked about, the active one, or the one that the code or device started.
    pub grant: Option<Grant>,
    /// Which tokens of the grant asked about came again.
    pub again: Again,
    pub device: Option<Device>,
    /// The account asked about, or the one behind the code, grant or device.
    pub account: Option<AccountStanding>,
}

/// A person as one app's tokens see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountStanding {
    pub id: AccountId,
    pub epoch: u32,
    /// Whether the app's developer has put the person on its list.
    pub listed: bool,
}
