//! Accounts.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stagedoor_protocol::account::{self, AccountChange, AccountRecord, Email, NewAccount};
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::team::{Role, TeamRecord};
use stagedoor_protocol::{name, people};
use stagedoor_wire::Secret;

use super::answer::{Answer, Time};
use super::call::Call;
use super::problem::Problem;
use crate::entropy;
use crate::password::{self, Busy};

/// A person.
#[derive(Serialize, JsonSchema)]
pub(super) struct Account {
    id: String,
    email: String,
    name: String,
    administrator: bool,
    suspended: bool,
    /// Whether its e-mail is known to be the person's. Nobody signs in before.
    confirmed: bool,
    has_password: bool,
    created: Time,
}

/// A person and their teams.
#[derive(Serialize, JsonSchema)]
pub(super) struct AccountInTeams {
    #[serde(flatten)]
    account: Account,
    teams: Vec<InTeam>,
}

/// A team that a person is a member of.
#[derive(Serialize, JsonSchema)]
struct InTeam {
    id: String,
    name: String,
    /// owner, developer or viewer
    role: &'static str,
}

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, AccountId)?;
    let rows = call.store().accounts(page).await?;
    Ok(Answer::page(rows, limit, |last| last.id.to_string(), view))
}

/// What an account is made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewAccount")]
pub(super) struct New {
    email: String,
    name: String,
    /// At least 10 characters.
    #[schemars(with = "String")]
    password: Secret,
    #[serde(default)]
    administrator: bool,
}

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    let new: New = call.body()?;
    let email =
        Email::parse(&new.email).map_err(|why| Problem::bad(why.to_string(), "give another e-mail"))?;
    let name = read_name(&new.name)?;
    let taken = call.store().account_of_email(email.as_str()).await?.is_some();
    let password_hash = hash(call, new.password).await?;
    let new = NewAccount { email, name, password_hash, administrator: new.administrator };
    let decision = account::create(new, taken, call.actor(), call.now(), &mut entropy::rng());
    let id = call.settle(decision).await?;
    Ok(Answer::created(view(&by_id(call, id).await?)))
}

pub(super) async fn show(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = of(call).await?;
    let teams = call.store().memberships(record.id).await?;
    let in_team = |(team, role): &(TeamRecord, Role)| InTeam {
        id: team.id.to_string(),
        name: team.name.clone(),
        role: role.as_str(),
    };
    let teams = teams.iter().map(in_team).collect();
    Ok(Answer::ok(AccountInTeams { account: view(&record), teams }))
}

/// What is to be different. What is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangedAccount")]
pub(super) struct Changed {
    name: Option<String>,
    administrator: Option<bool>,
    #[schemars(with = "Option<String>")]
    password: Option<Secret>,
}

pub(super) async fn change(call: &Call<'_>) -> Result<Answer, Problem> {
    let (record, changed) = (of(call).await?, call.body::<Changed>()?);
    let name = changed.name.as_deref().map(read_name).transpose()?;
    let another = call.store().has_another_administrator(record.id).await?;
    let change = AccountChange { name, administrator: changed.administrator };
    let mut decision = account::change(&record, change, another, call.actor(), call.now());
    if let Some(password) = changed.password {
        let set = account::set_password(record.id, hash(call, password).await?, call.actor(), call.now());
        decision.effects.extend(set.effects);
    }
    if decision.reply.is_err() {
        decision.effects.clear();
    }
    call.settle(decision).await?;
    Ok(Answer::ok(view(&by_id(call, record.id).await?)))
}

pub(super) async fn suspend(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = of(call).await?;
    let another = call.store().has_another_administrator(record.id).await?;
    call.settle(account::suspend(&record, another, call.actor(), call.now())).await?;
    Ok(Answer::ok(view(&by_id(call, record.id).await?)))
}

pub(super) async fn resume(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = of(call).await?;
    call.settle(account::resume(&record, call.actor(), call.now())).await?;
    Ok(Answer::ok(view(&by_id(call, record.id).await?)))
}

/// Ends every session, grant and token of a person.
pub(super) async fn sign_out(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = of(call).await?;
    call.settle(people::end_everywhere(record.id, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

/// The account that the path names.
pub(super) async fn of(call: &Call<'_>) -> Result<AccountRecord, Problem> {
    find(call, call.named("account")).await
}

/// An account by its id or e-mail.
pub(super) async fn find(call: &Call<'_>, account: &str) -> Result<AccountRecord, Problem> {
    let found = match account.parse() {
        Ok(id) => call.store().account(AccountId(id)).await?,
        Err(_) => call.store().account_of_email(&account.to_lowercase()).await?,
    };
    found.ok_or_else(|| Problem::not_found("account", account, "`stagedoor admin account list` shows them"))
}

pub(super) fn view(record: &AccountRecord) -> Account {
    Account {
        id: record.id.to_string(),
        email: record.email.as_str().to_owned(),
        name: record.name.clone(),
        administrator: record.administrator,
        suspended: record.suspended,
        confirmed: record.confirmed,
        has_password: record.has_password,
        created: record.created.into(),
    }
}

pub(super) fn read_name(text: &str) -> Result<String, Problem> {
    name::parse(text).map_err(|why| Problem::bad(why.to_string(), "give another name"))
}

async fn by_id(call: &Call<'_>, id: AccountId) -> Result<AccountRecord, Problem> {
    find(call, &id.to_string()).await
}

async fn hash(call: &Call<'_>, password: Secret) -> Result<String, Problem> {
    password::check(&password).map_err(|why| Problem::bad(why.to_string(), "choose another password"))?;
    let Some(api) = call.server.apis().first() else {
        return Err(Problem::bad(
            "the server has no API",
            "say in the configuration which API it stands in front of",
        ));
    };
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let busy =
        |Busy| Problem::new(status, "unavailable", "too many people sign in at the moment", "try again");
    api.passwords.hash(password).await.map_err(busy)
}
