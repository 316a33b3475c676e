//! What rests on the keys of the key file. The file itself is changed by `stagedoor keys`.

use stagedoor_protocol::Decision;
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::keys::{Demand, KeyId, KeyUses, NotRetired, end_all_under, may_retire};

use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;

/// Ends what rests on a key, before it goes by force. One that this server makes new things with stays.
pub(super) async fn end(call: &Call<'_>) -> Result<Answer, Problem> {
    let key = call.named("key");
    let Ok(id) = key.parse().map(KeyId) else {
        return Err(Problem::not_found("key", key, "`stagedoor keys list` shows those there are"));
    };
    refuse_active(call, id)?;
    let effects = end_all_under(id, call.actor(), call.now());
    call.settle(Decision { reply: Ok::<_, Objection>(()), effects }).await?;
    Ok(Answer::done())
}

fn refuse_active(call: &Call<'_>, id: KeyId) -> Result<(), Problem> {
    let apis = call.server.apis();
    let facts = apis.first().map(|api| api.rules.keys.facts(0, call.now())).unwrap_or_default();
    // It may have heard of a key that the file has not any more, or not yet of one that it has.
    let Some(facts) = facts.into_iter().find(|own| own.id == id) else { return Ok(()) };
    let demand = Demand::of(facts.purpose, apis.iter().map(|api| api.rules.token_format));
    match may_retire(&facts, &KeyUses::default(), demand, call.now()) {
        Err(why @ NotRetired::Active(_)) => Err(Problem::conflict(
            "key-active",
            format!("key {id} stays: for the server that runs {why}"),
            "rotate first; a running server takes a changed key file up within seconds, so try again then",
        )),
        _ => Ok(()),
    }
}
