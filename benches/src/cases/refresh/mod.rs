//! Durable refresh: clients that chain rotating refresh tokens, beside a bare loop that changes as many rows a
//! transaction, on the same disk.

mod chain;
mod grants;

use serde_json::Value;

use crate::Setting;
use crate::child::Pinned;
use crate::disk;
use crate::pairs::{self, Load, Pairs};
use crate::report::Comparison;
use chain::Chain;

/// Clients, each with one connection and one request at a time: as many as the bare loop changes rows a transaction.
const CLIENTS: usize = 64;
/// Grants of each client, used in turn, so that a batch meets rows all over the table as the bare loop does.
const GRANTS_EACH: usize = 300;
const WARM_UP_SECONDS: u32 = 1;

/// Measures it; also tells how fast the disk was.
pub(crate) fn refresh(setting: &Setting) -> anyhow::Result<(Comparison, String)> {
    let folder = setting.folder.join("refresh");
    let (ours, tokens) = grants::prepare(setting, &folder, CLIENTS * GRANTS_EACH)?;
    let mut chain = Chain::new(&ours, &tokens, CLIENTS)?;
    let (rows, bare_folder) = (CLIENTS * GRANTS_EACH, folder.to_string_lossy().into_owned());
    let mut bare = Pinned::start(setting, &setting.bare, &["commits", &bare_folder], &rows.to_string())?;

    let before = disk::sync_millis(&folder)?;
    commit(&mut bare, WARM_UP_SECONDS)?;
    chain.run(WARM_UP_SECONDS)?;
    let pairs = Pairs::interleave(
        setting.pairs,
        || pairs::run(bare.measured(setting), || commit(&mut bare, setting.seconds)),
        || pairs::run(ours.measured(setting), || chain.run(setting.seconds)),
    )?;
    let after = disk::sync_millis(&folder)?;
    let note = format!(
        "`fdatasync` of 4 KiB, 50 times, ms: {} before the refresh runs, {} after.",
        before.show(2),
        after.show(2)
    );
    let what = format!("durable refresh, {CLIENTS} clients with {GRANTS_EACH} grants each");
    let baseline = "bare loop, 64 rows a commit";
    Ok((Comparison { what, baseline, target: 0.5, pairs }, note))
}

fn commit(bare: &mut Pinned, seconds: u32) -> anyhow::Result<Load> {
    let told = bare.ask(&seconds.to_string())?;
    let figure = |name: &str| told[name].as_f64().unwrap_or(f64::NAN);
    let count = told["count"].as_u64().unwrap_or_default();
    Ok(Load { count, seconds: figure("seconds"), p99_ms: figure("p99_ms") })
}

/// The body of a refresh up to the token, which needs no escaping.
fn body_start(told: &Value) -> String {
    let text = |name: &str| told[name].as_str().unwrap_or_default();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("client_id", text("client_id"));
    form.append_pair("client_secret", text("client_secret"));
    format!("{}&refresh_token=", form.finish())
}
