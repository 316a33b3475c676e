//! Apps: what they are called, where they stand, whom they act for and serve. A secret that stands in the file is taken over;
//! none is ever removed by a file.

use stagedoor_protocol::administration::Change;
use stagedoor_protocol::app::{self, AppChange, AppRecord, NewApp, may_be_public, set_stage};
use stagedoor_protocol::client_secret::NewSecret;
use stagedoor_protocol::decision::Subject;
use stagedoor_protocol::id::{AccountId, AppId, TeamId};
use stagedoor_protocol::{Effect, EpochOf, Rules, people};
use stagedoor_wire::{ClientId, RedirectUri};

use super::super::current::CurrentApp;
use super::super::{AppEntry, StateFile, StateFileError};
use super::{Comparison, NewAppSecret, refuse_twice};
use crate::entropy;

pub(super) fn compare<'a>(
    comparison: &mut Comparison<'a>,
    file: &'a StateFile,
) -> Result<(), StateFileError> {
    let key = |own: &'a AppEntry| (&own.api, own.client_id.as_str());
    refuse_twice(file.app.iter().map(|own| (key(own), title(&own.api, &own.client_id))))?;
    let current = comparison.current;
    for entry in &file.app {
        let rules = comparison.rules(&entry.api, &entry.client_id)?;
        check(rules, entry)?;
        let own = current
            .apps
            .iter()
            .find(|own| own.record.api == entry.api && own.record.app.client_id == entry.client_id);
        let id = match own {
            Some(own) => change(comparison, rules, own, entry)?,
            None => create(comparison, rules, entry)?,
        };
        comparison.apps.push((&entry.api, &entry.client_id, id));
    }
    if comparison.options.prune {
        let gone = |record: &&AppRecord| file.app.iter().all(|own| key(own) != key_of(record));
        for record in current.apps.iter().map(|own| &own.record).filter(gone) {
            remove(comparison, record);
        }
    }
    Ok(())
}

pub(super) fn title(api: &str, client_id: &ClientId) -> String {
    format!("app {api} {client_id}")
}

fn key_of(record: &AppRecord) -> (&String, &str) {
    (&record.api, record.app.client_id.as_str())
}

fn check(rules: &Rules, entry: &AppEntry) -> Result<(), StateFileError> {
    if entry.public && !may_be_public(rules) {
        let (client_id, api) = (entry.client_id.clone(), entry.api.clone());
        return Err(StateFileError::PublicApp { client_id, api });
    }
    let wrong = |why: String| StateFileError::entry(title(&entry.api, &entry.client_id), why);
    app::read_website(&entry.website).map_err(|why| wrong(why.to_string()))?;
    let Some(authorization) = &rules.dialect.authorization else {
        return match entry.redirect_uris.first() {
            Some(_) => {
                Err(wrong(format!("{} sends nobody to a redirect URI; leave out redirect_uris", entry.api)))
            }
            None => Ok(()),
        };
    };
    for uri in &entry.redirect_uris {
        uri.check(authorization.redirect_uris).map_err(|why| wrong(format!("{}: {why}", uri.as_str())))?;
    }
    Ok(())
}

fn create(comparison: &mut Comparison<'_>, rules: &Rules, entry: &AppEntry) -> Result<AppId, StateFileError> {
    let (what, now) = (title(&entry.api, &entry.client_id), comparison.now);
    let id = AppId::new(now, &mut entropy::rng());
    let new = NewApp {
        team: comparison.team(&entry.team, &what)?,
        name: entry.name.clone(),
        description: entry.description.clone(),
        purpose: entry.purpose.clone(),
        terms: entry.terms.clone(),
        redirect_uris: entry.redirect_uris.clone(),
        public: entry.public,
    };
    let mut effects = vec![Effect::CreateApp {
        api: rules.api.clone(),
        id,
        client_id: entry.client_id.clone(),
        new: Box::new(new),
        stage: entry.stage,
        // Whoever writes the file may do what developers may not.
        at_most: None,
        at: now,
    }];
    if !entry.website.is_empty() {
        effects.push(Effect::Administer(Change::DescribeApp {
            app: id,
            name: entry.name.clone(),
            description: entry.description.clone(),
            website: entry.website.clone(),
            purpose: entry.purpose.clone(),
        }));
    }
    effects.extend(secrets_of(comparison, rules, entry, id));
    let teams = teams_of(comparison, entry, &what)?;
    effects.extend(teams.into_iter().map(|team| Effect::LetActFor { app: id, team }));
    let users = users_of(comparison, entry, &what)?;
    effects.extend(users.into_iter().map(|account| Effect::ListUser { app: id, account, at_most: None }));
    effects.push(comparison.audit("app created", Subject::App(id)));
    comparison.make(what, effects);
    Ok(id)
}

/// Those that the file has, or a new one where that is asked for.
fn secrets_of(comparison: &mut Comparison<'_>, rules: &Rules, entry: &AppEntry, app: AppId) -> Vec<Effect> {
    let (now, rng) = (comparison.now, &mut entropy::rng());
    if entry.secrets.is_empty() && !entry.public && comparison.options.new_secrets {
        let NewSecret { text, stored } = NewSecret::generate(rules, app, "first", now, rng);
        let (api, client_id) = (entry.api.clone(), entry.client_id.clone());
        comparison.plan.secrets.push(NewAppSecret { api, client_id, secret: text });
        return vec![Effect::AddSecret { app, secret: stored }];
    }
    if entry.secrets.is_empty() && !entry.public {
        let note = format!("{} has no secret yet", title(&entry.api, &entry.client_id));
        comparison
            .plan
            .notes
            .push(format!("{note}: --new-secrets gives it one, or an administrator adds one"));
    }
    let take_over = |text: &stagedoor_wire::Secret| {
        let secret = NewSecret::of(rules, app, "imported", text.clone(), now, rng).stored;
        Effect::AddSecret { app, secret }
    };
    entry.secrets.iter().map(take_over).collect()
}

fn change(
    comparison: &mut Comparison<'_>,
    rules: &Rules,
    own: &CurrentApp,
    entry: &AppEntry,
) -> Result<AppId, StateFileError> {
    let (what, now, actor) = (title(&entry.api, &entry.client_id), comparison.now, comparison.actor);
    let (record, app) = (&own.record, &own.record.app);
    refuse_what_stays(comparison, record, entry, &what)?;
    let teams = teams_of(comparison, entry, &what)?;
    let mut details = differences(comparison, record, entry, &teams);
    let wanted = AppChange {
        name: Some(entry.name.clone()),
        description: Some(entry.description.clone()),
        website: Some(entry.website.clone()),
        purpose: Some(entry.purpose.clone()),
        redirect_uris: Some(entry.redirect_uris.clone()),
        acts_for: Some(teams),
        by_administrator: true,
    };
    let decision = app::change(rules, record, wanted, actor, now);
    decision.reply.map_err(|why| StateFileError::entry(&what, why.to_string()))?;
    let mut effects = decision.effects;
    if app.stage != entry.stage {
        details.push(format!("stage: {} → {}", app.stage.as_str(), entry.stage.as_str()));
        effects.extend(set_stage(app.id, entry.stage, actor, now).effects);
    }
    for text in &entry.secrets {
        if !app.secrets.iter().any(|secret| secret.accepts(rules, app.id, text, now)) {
            details.push("takes over a secret".to_owned());
            let secret = NewSecret::of(rules, app.id, "imported", text.clone(), now, &mut entropy::rng());
            effects.push(Effect::AddSecret { app: app.id, secret: secret.stored });
            effects.push(comparison.audit("secret added: imported", Subject::App(app.id)));
        }
    }
    let users = users_of(comparison, entry, &what)?;
    effects.extend(change_users(comparison, own, &users, &mut details));
    comparison.change(what, details, effects);
    Ok(app.id)
}

/// Tokens and grants say the team and the kind; they would have to end, and nobody expects that of a file. What was accepted was
/// accepted.
fn refuse_what_stays(
    comparison: &Comparison<'_>,
    record: &AppRecord,
    entry: &AppEntry,
    what: &str,
) -> Result<(), StateFileError> {
    let app = &record.app;
    if comparison.team(&entry.team, what)? != app.owner.id {
        let why = format!("it belongs to the team {}, and cannot change teams", app.owner.name);
        return Err(StateFileError::entry(what, why));
    }
    if entry.public != app.public {
        let is = if app.public { "public" } else { "confidential" };
        return Err(StateFileError::entry(what, format!("it is {is}, and stays so: make another app")));
    }
    if entry.terms.is_some() && entry.terms != record.terms {
        let accepted = match &record.terms {
            Some(version) => format!("version {version} of the terms was accepted for it"),
            None => "no terms were accepted for it".to_owned(),
        };
        return Err(StateFileError::entry(
            what,
            format!("{accepted}, which no file changes: leave out terms"),
        ));
    }
    Ok(())
}

/// In words.
fn differences(
    comparison: &Comparison<'_>,
    record: &AppRecord,
    entry: &AppEntry,
    teams: &[TeamId],
) -> Vec<String> {
    let (app, mut details) = (&record.app, Vec::new());
    if app.name != entry.name {
        details.push(format!("name: {:?} → {:?}", app.name, entry.name));
    }
    for (what, old, new) in [
        ("description", &record.description, &entry.description),
        ("website", &record.website, &entry.website),
        ("purpose", &record.purpose, &entry.purpose),
    ] {
        if old != new {
            details.push(format!("{what}: {old:?} → {new:?}"));
        }
    }
    let (old, new) = (texts(&app.redirect_uris), texts(&entry.redirect_uris));
    details.extend(new.iter().filter(|uri| !old.contains(uri)).map(|uri| format!("+ redirect URI {uri}")));
    details.extend(old.iter().filter(|uri| !new.contains(uri)).map(|uri| format!("- redirect URI {uri}")));
    if old != new && details.is_empty() {
        details.push("redirect URIs in another order".to_owned());
    }
    let name = |id: &TeamId| comparison.teams.iter().find(|(_, own)| own == id).map_or("", |(name, _)| name);
    let has = |id: &TeamId| app.teams.iter().any(|own| own.id == *id);
    details.extend(teams.iter().filter(|id| !has(id)).map(|id| format!("acts for {}", name(id))));
    let others = app.teams.iter().filter(|own| own.id != app.owner.id && !teams.contains(&own.id));
    let gone = others.map(|own| format!("acts for {} no more, and everything issued to it ends", own.name));
    details.extend(gone);
    details
}

fn texts(uris: &[RedirectUri]) -> Vec<&str> {
    uris.iter().map(RedirectUri::as_str).collect()
}

fn change_users(
    comparison: &Comparison<'_>,
    own: &CurrentApp,
    wanted: &[AccountId],
    details: &mut Vec<String>,
) -> Vec<Effect> {
    let (app, mut effects) = (own.record.app.id, Vec::new());
    let email = |account: AccountId| {
        comparison.accounts.iter().find(|(_, id)| *id == account).map_or("", |(email, _)| email)
    };
    for &account in wanted.iter().filter(|account| !own.users.contains(account)) {
        details.push(format!("+ user {}", email(account)));
        effects.push(Effect::ListUser { app, account, at_most: None });
        effects.push(comparison.audit("user listed", Subject::App(app)));
    }
    for &account in own.users.iter().filter(|account| !wanted.contains(account)) {
        details.push(format!("- user {}, and their grants end", email(account)));
        effects.extend(people::unlist(app, account, comparison.actor, comparison.now).effects);
    }
    effects
}

fn remove(comparison: &mut Comparison<'_>, record: &AppRecord) {
    let (app, what) = (record.app.id, title(&record.api, &record.app.client_id));
    let audit = format!("app removed: {} of {}", record.app.client_id, record.api);
    let effects = vec![
        Effect::Raise { epoch: EpochOf::App(app), at: comparison.now },
        Effect::Administer(Change::RemoveApp { app }),
        comparison.audit(&audit, Subject::App(app)),
    ];
    comparison.remove(what, vec!["everything issued to it ends".to_owned()], effects);
}

fn teams_of(
    comparison: &Comparison<'_>,
    entry: &AppEntry,
    what: &str,
) -> Result<Vec<TeamId>, StateFileError> {
    let owner = comparison.team(&entry.team, what)?;
    let teams = entry.acts_for.iter().map(|team| comparison.team(team, what));
    // The owner is among them anyway.
    Ok(teams.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|team| *team != owner).collect())
}

fn users_of(
    comparison: &Comparison<'_>,
    entry: &AppEntry,
    what: &str,
) -> Result<Vec<AccountId>, StateFileError> {
    entry.users.iter().map(|user| comparison.account(user, what)).collect()
}
