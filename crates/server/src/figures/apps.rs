//! Figures of single apps: of those that have shown that they are registered, and of so many and no more. They are in memory
//! until the end, and each is a series that whoever collects them keeps for months.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use foldhash::fast::RandomState;
use papaya::HashMap;
use stagedoor_protocol::id::AppId;
use stagedoor_store::figures::Counter;
use stagedoor_wire::ClientId;

/// The apps of an API.
pub(crate) struct Apps {
    by_id: HashMap<AppId, AppFigures, RandomState>,
    /// All that came when there was no place left.
    others: AppFigures,
    /// Places left, among all APIs.
    left: Arc<AtomicUsize>,
}

/// What is counted of an app.
pub(crate) struct AppFigures {
    pub(super) client_id: Box<str>,
    pub(super) tokens: Counter,
    pub(super) calls: Counter,
    pub(super) limited: Counter,
}

/// Stands for the apps without a place. No client id has such characters.
pub(super) const OTHERS: &str = "(others)";

impl Apps {
    pub(super) fn new(left: Arc<AtomicUsize>) -> Self {
        Self { by_id: HashMap::default(), others: AppFigures::new(OTHERS), left }
    }

    /// The app was given a token.
    pub(crate) fn token(&self, app: AppId, client_id: &ClientId) {
        self.count(app, client_id, |figures| &figures.tokens);
    }

    /// The app, as a token or legacy key says, made a call; whether it passed is another matter.
    pub(crate) fn call(&self, app: AppId, client_id: &ClientId) {
        self.count(app, client_id, |figures| &figures.calls);
    }

    /// The app was held back by its own limit.
    pub(crate) fn limited(&self, app: AppId, client_id: &ClientId) {
        self.count(app, client_id, |figures| &figures.limited);
    }

    fn count(&self, app: AppId, client_id: &ClientId, which: impl Fn(&AppFigures) -> &Counter) {
        let by_id = self.by_id.pin();
        let figures = by_id.get(&app).or_else(|| {
            let taken =
                self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            taken.ok().map(|_| by_id.get_or_insert_with(app, || AppFigures::new(client_id.as_str())))
        });
        which(figures.unwrap_or(&self.others)).one();
    }

    /// Goes through all, in any order.
    pub(super) fn each(&self, mut run: impl FnMut(&AppFigures)) {
        self.by_id.pin().values().for_each(&mut run);
        run(&self.others);
    }
}

impl AppFigures {
    fn new(client_id: &str) -> Self {
        let [tokens, calls, limited] = Default::default();
        Self { client_id: client_id.into(), tokens, calls, limited }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_and_no_more() {
        let apps = Apps::new(Arc::new(AtomicUsize::new(2)));
        for (id, name) in [(1, "one"), (2, "two"), (3, "three"), (1, "one"), (4, "four")] {
            apps.call(AppId(id), &ClientId::new(name).unwrap());
        }
        let mut seen = Vec::new();
        apps.each(|app| seen.push((app.client_id.to_string(), app.calls.value(), app.tokens.value())));
        seen.sort();
        let expected = [(OTHERS, 2, 0), ("one", 2, 0), ("two", 1, 0)];
        assert_eq!(seen, expected.map(|(name, calls, tokens)| (name.to_owned(), calls, tokens)));
        assert!(ClientId::new(OTHERS).is_err());
    }
}
