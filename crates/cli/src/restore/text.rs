//! What a person reads before and after.

use std::fmt::Write as _;

use stagedoor_store::backup::{Contents, GrantAtRisk};

use super::Plan;
use crate::{terminal, when};

/// What would happen.
pub(super) fn plan(plan: &Plan) -> String {
    format!(
        "{}\nRestoring it\n{}\n{}\nNothing was changed yet: stop the server, and add --yes to restore it.\n",
        head(plan),
        effects(plan),
        risk(&plan.contents)
    )
}

/// What happened.
pub(super) fn done(plan: &Plan) -> String {
    format!("{}\nRestored. This\n{}\n{}", head(plan), effects(plan), risk(&plan.contents))
}

fn head(plan: &Plan) -> String {
    let Contents { taken, newest, teams, apps, accounts, .. } = &plan.contents;
    let ago = |at: stagedoor_wire::Timestamp| when::span(plan.now.seconds_from(at));
    let what = match (taken, newest) {
        (Some(taken), _) => format!("a backup of {} ({} ago)", when::rfc3339(*taken), ago(*taken)),
        (None, Some(newest)) => {
            format!("the plain copy of a database, whose newest entry is of {}", when::rfc3339(*newest))
        }
        (None, None) => "the plain copy of a database".to_owned(),
    };
    let counts = [(*teams, "team"), (*apps, "app"), (*accounts, "account")].map(|(n, what)| counted(n, what));
    format!("{}: {what}: {}\n", plan.file.display(), counts.join(", "))
}

fn effects(plan: &Plan) -> String {
    let Contents { sessions, codes, devices, grants, .. } = &plan.contents;
    let mut text = String::new();
    let mut line = |verb: &str, what: &str| {
        let _ = writeln!(text, "  {verb:<7} {what}");
    };
    let database = plan.database.display();
    match &plan.former {
        Some(former) => line("puts", &format!("it in place of {database}, kept as {}", former.display())),
        None => line("puts", &format!("it at {database}")),
    }
    let ended =
        [(*sessions, "signed-in browser"), (*codes, "unused code"), (*devices, "unfinished device sign-in")];
    let ended = ended.map(|(number, what)| counted(number, what)).join(", ");
    line("ends", &format!("every access token, {ended}"));
    line(
        "undoes",
        "all changes since: secrets, legacy keys, passwords, stages and lists are as they were then, and what was",
    );
    line("", "removed, regenerated or suspended since works again");
    line(
        "keeps",
        &format!(
            "{}: their refresh tokens go on, those that were issued since too",
            counted(*grants, "grant")
        ),
    );
    text
}

fn risk(contents: &Contents) -> String {
    let Contents { grants, last_grants, .. } = contents;
    if *grants == 0 {
        return "No grant is at risk.\n".to_owned();
    }
    let mut text = format!(
        "{} at risk: one that was revoked since lives again, and of one that was refreshed since an older refresh token\n\
         works until its newest is used. Used last:\n",
        if *grants == 1 { "1 grant is".to_owned() } else { format!("{grants} grants are") }
    );
    text.extend(last_grants.iter().map(grant));
    let more = grants.saturating_sub(last_grants.len() as u32);
    if more > 0 {
        let _ = writeln!(text, "  … and {more} more; --list {grants} lists all");
    }
    text
}

fn grant(grant: &GrantAtRisk) -> String {
    let GrantAtRisk { api, client_id, app, account, since, refreshed } = grant;
    let account = account.as_deref().unwrap_or("the app itself");
    let refreshed =
        refreshed.map_or("never refreshed".to_owned(), |at| format!("refreshed {}", when::rfc3339(at)));
    let words = format!("{api}  {client_id}  {app}  {account}  since {}  {refreshed}", when::rfc3339(*since));
    format!("  {}\n", terminal::harmless_line(&words))
}

fn counted(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
