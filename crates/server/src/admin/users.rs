//! The people on the list of an app in development.

use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::people;

use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use super::{accounts, apps};

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, AccountId)?;
    let record = apps::of(call).await?;
    let rows = call.store().listed_users(record.app.id, page).await?;
    Ok(Answer::page(rows, limit, |last| last.id.to_string(), accounts::view))
}

pub(super) async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let (record, account) = (apps::of(call).await?, accounts::of(call).await?);
    let rules = &call.api(&record.api)?.rules;
    call.settle(people::list(rules, record.app.id, account.id, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

/// Takes a person off the list; their grants for the app end.
pub(super) async fn remove(call: &Call<'_>) -> Result<Answer, Problem> {
    let (record, account) = (apps::of(call).await?, accounts::of(call).await?);
    call.settle(people::unlist(record.app.id, account.id, call.actor(), call.now())).await?;
    Ok(Answer::done())
}
