//! What a person who waits for a backup sees.

use stagedoor_store::backup::Step;
use tokio::sync::watch;

use crate::failure::Failure;
use crate::terminal;

/// Does work that blocks; a person who waits longer than a second sees how far it is.
pub(crate) fn watched<T: Send + 'static>(
    work: impl FnOnce(&mut dyn FnMut(Step)) -> T + Send + 'static,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (tell, told) = watch::channel(None);
    let worked = runtime.block_on(async {
        let work = tokio::task::spawn_blocking(move || {
            work(&mut |step| {
                tell.send_replace(Some(step));
            })
        });
        terminal::during_or(async || words(*told.borrow()), work).await
    });
    worked.map_err(|error| Failure::from(anyhow::Error::from(error)))
}

fn words(step: Option<Step>) -> String {
    match step {
        None => "reading …".to_owned(),
        Some(Step::Copying { done_bytes, of_bytes }) => {
            format!("copying, {} of {} …", size(done_bytes), size(of_bytes))
        }
        Some(Step::Checking) => "looking for damage …".to_owned(),
        Some(Step::Voiding) => "ending what must not live on …".to_owned(),
        Some(Step::Flushing) => "waiting for the disk …".to_owned(),
        Some(Step::KeepingFormer | Step::Placing | Step::Done) => "putting it in place …".to_owned(),
    }
}

/// A length as people read it.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let cases = [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1 kB"),
            (999_999, "999 kB"),
            (12_345_678, "12.3 MB"),
            (3_999_999_999, "3.9 GB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn what_was_done_is_given_back() {
        let done = watched(|on| {
            on(Step::Checking);
            7
        });
        assert_eq!(done.unwrap(), 7);
    }
}
