//! The people on the list of an app in development.

use stagedoor_protocol::app::AppRecord;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::people;

use super::accounts;
use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;

pub(super) async fn list(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, AccountId)?;
    let rows = call.store().listed_users(record.app.id, page).await?;
    Ok(Answer::page(rows, limit, |last| last.id.to_string(), accounts::view))
}

pub(super) async fn add(call: &Call<'_>, record: &AppRecord, account: &str) -> Result<Answer, Problem> {
    let account = accounts::find(call, account).await?;
    let rules = &call.api(&record.api)?.rules;
    call.settle(people::list(rules, record.app.id, account.id, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

/// Takes a person off the list; their grants for the app end.
pub(super) async fn remove(call: &Call<'_>, record: &AppRecord, account: &str) -> Result<Answer, Problem> {
    let account = accounts::find(call, account).await?;
    call.settle(people::unlist(record.app.id, account.id, call.actor(), call.now())).await?;
    Ok(Answer::done())
}
