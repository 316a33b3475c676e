//! What Stagedoor is measured against: programs that do the unavoidable part of the work and nothing else. Each gets
//! ready, says so in one line of JSON, and ends when its input does.

mod commits;
mod http;
mod proxy;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["http"] => http::serve(),
        ["proxy"] => proxy::serve(),
        ["commits", folder] => commits::serve(folder.as_ref()),
        _ => bail!("usage: stagedoor-bare http | stagedoor-bare proxy | stagedoor-bare commits FOLDER"),
    }
}
