//! What mails say. Nothing in them was chosen by whoever caused them, who may be a stranger: no name, no text, no e-mail
//! address, for there are such as mail programs read as links.

use stagedoor_protocol::account::Email;
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::invitation::InvitedTo;
use stagedoor_protocol::link::{self, Errand};
use stagedoor_protocol::session::Account;
use stagedoor_wire::Secret;

use super::super::BASE;
use super::super::visit::Visit;
use super::address;
use crate::mail::Letter;

/// To someone who registered, and to whoever has an account already and is said to have.
pub(super) fn registered(visit: &Visit<'_>, account: &Account) -> Letter {
    let origin = visit.dashboard.origin_of_links(visit);
    if account.confirmed {
        let reset = link_for(visit, &origin, Errand::Reset, account);
        let text = format!(
            "Someone registered at {origin} with this e-mail address, which has an account there already. The account is as \
             it was.\n\nIf that was you, sign in; this link sets a new password, for an hour:\n\n{}\n\nIf it was not you, there \
             is nothing to do.\n",
            reset.expose()
        );
        return letter(account, "You have an account already", text);
    }
    let confirm = link_for(visit, &origin, Errand::Confirm, account);
    let text = format!(
        "Someone registered at {origin} with this e-mail address. If that was you, confirm that it is yours within 24 hours:\n\n\
         {}\n\nIf it was not you, ignore this mail: until it is confirmed nobody can use the account, and it is deleted after a \
         week.\n",
        confirm.expose()
    );
    letter(account, "Confirm your e-mail", text)
}

/// To someone who forgot their password.
pub(super) fn reset(visit: &Visit<'_>, account: &Account) -> Letter {
    let origin = visit.dashboard.origin_of_links(visit);
    let text = format!(
        "Someone forgot the password of your account at {origin}. If that was you, this link sets a new one, once, within an \
         hour:\n\n{}\n\nIt also signs you out everywhere and ends the access of every app that you allowed. If it was not you, \
         ignore this mail: nothing has changed.\n",
        link_for(visit, &origin, Errand::Reset, account).expose()
    );
    letter(account, "Set a new password", text)
}

/// To someone who is invited to make an account.
pub(super) fn invitation(origin: &str, email: &Email, link: &Secret) -> Letter {
    let text = format!(
        "You are invited to make an account at {origin}. This link leads there, within a week:\n\n{}\n\nIf you expected no \
         invitation, ignore this mail.\n",
        link.expose()
    );
    Letter { to: email.clone(), subject: "Your invitation".to_owned(), text }
}

/// To someone whom a team invites.
pub(super) fn team_invitation(origin: &str, to: InvitedTo, email: &Email, link: &Secret) -> Letter {
    let (what, subject) = match to {
        InvitedTo::Join(_) => ("You are invited to a team", "You are invited"),
        InvitedTo::TakeOver(_) => ("You are offered an app", "You are offered an app"),
    };
    let text = format!(
        "{what} at {origin}. This link shows which it is and who asks you, and you say yes there, signed in with this e-mail \
         address. It works once, within a week:\n\n{}\n\nIf you expected nothing of the kind, ignore this mail: nothing has changed.\n",
        link.expose()
    );
    Letter { to: email.clone(), subject: subject.to_owned(), text }
}

/// To those whose request or review was answered. What was said stands there.
pub(super) fn answer(origin: &str, email: &Email, team: TeamId, word: &str) -> Letter {
    let text = format!(
        "What your team asked for at {origin} was {word} by an administrator. The answer stands there:\n\n\
         {origin}{BASE}/teams/{team}/apps\n"
    );
    Letter { to: email.clone(), subject: "Your request was answered".to_owned(), text }
}

fn link_for(visit: &Visit<'_>, origin: &str, errand: Errand, account: &Account) -> Secret {
    let path = match errand {
        Errand::Confirm => "confirm",
        Errand::Reset => "reset",
    };
    address(origin, path, "code", &link::code(&visit.dashboard.keys, errand, account, visit.now()))
}

fn letter(account: &Account, subject: &str, text: String) -> Letter {
    Letter { to: Email::from_stored(account.email.clone()), subject: subject.to_owned(), text }
}
