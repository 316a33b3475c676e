//! Grants: seen, and ended.

use serde_json::{Value, json};
use stagedoor_protocol::consent;
use stagedoor_protocol::grant::{self, GrantRecord};
use stagedoor_protocol::id::{AccountId, AppId, GrantId};
use stagedoor_store::GrantFilter;

use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use super::{accounts, apps};

/// Those that are alive.
pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor, app, account] = call.query(["limit", "cursor", "app", "account"])?;
    let (page, limit) = Call::page(limit, cursor, GrantId)?;
    let filter = GrantFilter { app: find_app(call, app).await?, account: find_account(call, account).await? };
    let rows = call.store().grants(filter, page).await?;
    Ok(Answer::page(rows, limit, |last| last.grant.id.to_string(), |record| view(call, record)))
}

pub(super) async fn show(call: &Call<'_>, grant: &str) -> Result<Answer, Problem> {
    Ok(Answer::ok(view(call, &find(call, grant).await?)))
}

/// Ends one. One that has ended already stays as it is.
pub(super) async fn revoke(call: &Call<'_>, grant: &str) -> Result<Answer, Problem> {
    let record = find(call, grant).await?;
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

fn view(call: &Call<'_>, record: &GrantRecord) -> Value {
    let grant = &record.grant;
    let rule = call.api(&record.api).ok().and_then(|api| Some(api.dialect().refresh_token.as_ref()?.ends));
    let ends = rule.and_then(|rule| grant.ends(rule));
    json!({
        "id": grant.id.to_string(),
        "app": format!("{}/{}", record.api, record.client_id),
        "account": record.email.as_ref().map(|email| email.as_str()),
        "team_id": grant.team.to_string(),
        "scopes": grant.scopes.as_str(),
        "authorized": grant.authorized.to_string(),
        "ends": ends.map(|ends| ends.to_string()),
        "alive": !record.ended && ends.is_none_or(|ends| call.now() < ends),
    })
}
