//! Grants: seen, and ended.

use schemars::JsonSchema;
use serde::Serialize;
use stagedoor_protocol::consent;
use stagedoor_protocol::grant::{self, GrantRecord};
use stagedoor_protocol::id::{AccountId, AppId, GrantId};
use stagedoor_store::GrantFilter;

use super::answer::{Answer, Time};
use super::call::Call;
use super::problem::Problem;
use super::{accounts, apps};

/// What a person allowed an app, or an app has for itself.
#[derive(Serialize, JsonSchema)]
pub(super) struct Grant {
    id: String,
    /// As api/client_id.
    app: String,
    /// The person's e-mail; `null` where the app acts for itself.
    account: Option<String>,
    team_id: String,
    /// With blanks between them.
    scopes: String,
    authorized: Time,
    /// `null` where it does not end by itself.
    ends: Option<Time>,
    alive: bool,
}

/// Those that are alive.
pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor, app, account] = call.query(["limit", "cursor", "app", "account"])?;
    let (page, limit) = Call::page(limit, cursor, GrantId)?;
    let filter = GrantFilter { app: find_app(call, app).await?, account: find_account(call, account).await? };
    let rows = call.store().grants(filter, page).await?;
    Ok(Answer::page(rows, limit, |last| last.grant.id.to_string(), |record| view(call, record)))
}

pub(super) async fn show(call: &Call<'_>) -> Result<Answer, Problem> {
    Ok(Answer::ok(view(call, &find(call, call.named("grant")).await?)))
}

/// Ends one. One that has ended already stays as it is.
pub(super) async fn revoke(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = find(call, call.named("grant")).await?;
    if !record.ended {
        call.settle(grant::revoke(record.grant.id, call.actor(), call.now())).await?;
    }
    Ok(Answer::done())
}

/// Ends what a person allowed an app, and every grant under it.
pub(super) async fn end_consent(call: &Call<'_>) -> Result<Answer, Problem> {
    let [app, account] = call.query(["app", "account"])?;
    let (Some(app), Some(account)) = (find_app(call, app).await?, find_account(call, account).await?) else {
        return Err(Problem::bad(
            "`app` and `account` are both needed",
            "name both, or end one grant by its id",
        ));
    };
    call.settle(consent::end(app, account, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

async fn find(call: &Call<'_>, grant: &str) -> Result<GrantRecord, Problem> {
    let found = match grant.parse() {
        Ok(id) => call.store().grant(GrantId(id)).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| Problem::not_found("grant", grant, "`stagedoor admin grant list` shows those alive"))
}

async fn find_app(call: &Call<'_>, app: Option<&str>) -> Result<Option<AppId>, Problem> {
    let Some(text) = app else { return Ok(None) };
    let named = text.split_once('/');
    let (api, client_id) =
        named.ok_or_else(|| Problem::bad(format!("{text} names no app"), "write it as api/client_id"))?;
    Ok(Some(apps::find(call, api, client_id).await?.app.id))
}

async fn find_account(call: &Call<'_>, account: Option<&str>) -> Result<Option<AccountId>, Problem> {
    let Some(text) = account else { return Ok(None) };
    Ok(Some(accounts::find(call, text).await?.id))
}

fn view(call: &Call<'_>, record: &GrantRecord) -> Grant {
    let grant = &record.grant;
    let rule = call.api(&record.api).ok().and_then(|api| Some(api.dialect().refresh_token.as_ref()?.ends));
    let ends = rule.and_then(|rule| grant.ends(rule));
    Grant {
        id: grant.id.to_string(),
        app: format!("{}/{}", record.api, record.client_id),
        account: record.email.as_ref().map(|email| email.as_str().to_owned()),
        team_id: grant.team.to_string(),
        scopes: grant.scopes.as_str().to_owned(),
        authorized: grant.authorized.into(),
        ends: ends.map(Time::from),
        alive: !record.ended && ends.is_none_or(|ends| call.now() < ends),
    }
}
