//! Invitations to make an account, for pages that invite people and for administrators.

use stagedoor_protocol::account::Email;
use stagedoor_protocol::link;
use stagedoor_wire::Secret;

use super::super::Dashboard;
use super::{address, letters};
use crate::config::Registration;

impl Dashboard {
    /// The link by which the person with this e-mail makes an account; it works for a week, and once. Whoever holds it is taken
    /// for them: give it to nobody else, and write it to no log. None where registration is closed.
    pub fn invitation(&self, email: &Email) -> Option<Secret> {
        let code = self.invitation_code(email)?;
        Some(address(&self.origin, "register", "invitation", &code))
    }

    /// The code in that link: a page of ours that whoever is invited has reached by a mail leads to
    /// `register?invitation=CODE&next=PAGE`.
    pub(crate) fn invitation_code(&self, email: &Email) -> Option<Secret> {
        let is_open = self.registration != Registration::Closed;
        is_open.then(|| link::invitation(&self.keys, email, self.store.restored(), self.now()))
    }

    /// Sends the link by mail. `false`: it was not sent, for registration is closed or there is no mail server.
    pub fn invite(&self, email: &Email) -> bool {
        let Some(link) = self.invitation(email).filter(|_| self.mail.is_sent()) else { return false };
        self.write(letters::invitation(&self.origin, email, &link));
        true
    }
}
