//! Invitations to make an account, for pages that invite people and for administrators.

use stagedoor_protocol::account::Email;
use stagedoor_protocol::invitation::InvitedTo;
use stagedoor_protocol::link;
use stagedoor_wire::Secret;

use super::super::Dashboard;
use super::{address, letters};
use crate::config::Registration;
use crate::settle::Stop;

impl Dashboard {
    /// The link by which the person with this e-mail makes an account; it works for a week, and once. Whoever holds it is taken
    /// for them: give it to nobody else, and write it to no log. None where registration is closed.
    fn invitation(&self, email: &Email) -> Option<Secret> {
        let code = self.invitation_code(email)?;
        Some(address(&self.origin, "register", "invitation", &code))
    }

    fn invitation_code(&self, email: &Email) -> Option<Secret> {
        self.takes_invitations()
            .then(|| link::invitation(&self.keys, email, self.store.restored(), self.now()))
    }

    /// Whether people make accounts by invitations.
    pub(crate) fn takes_invitations(&self) -> bool {
        self.registration != Registration::Closed
    }

    /// The same link, and whether it was sent by mail: there may be no mail server, or they had too many mails.
    pub(crate) fn invite(&self, by: &str, email: &Email) -> Option<(Secret, bool)> {
        let link = self.invitation(email)?;
        let is_mailed = self.mail.is_sent() && self.mail.may_invite(by, email, self.now());
        if is_mailed {
            self.write(letters::invitation(&self.origin, email, &link));
        }
        Some((link, is_mailed))
    }

    /// Writes to whom a team invited, with the page that the invitation is at. Who has no account makes one by the same link.
    /// `false`: they were not written to, for there is no mail server, or they or whoever invites had too many mails.
    pub(in crate::dashboard) async fn write_of_invitation(
        &self,
        by: &str,
        to: InvitedTo,
        email: &Email,
        page: &Secret,
    ) -> Result<bool, Stop> {
        // Whether there is an account makes no difference to whoever invites.
        if !self.mail.is_sent() || !self.mail.may_invite(by, email, self.now()) {
            return Ok(false);
        }
        let code = match self.store.account_of_email(email.as_str()).await? {
            Some(_) => None,
            None => self.invitation_code(email),
        };
        let link = match code {
            Some(code) => {
                let register = address(&self.origin, "register", "invitation", &code);
                Secret::new(format!("{}&next={}", register.expose(), page.expose()))
            }
            None => Secret::new(format!("{}{}", self.origin, page.expose())),
        };
        self.write(letters::team_invitation(&self.origin, to, email, &link));
        Ok(true)
    }
}
