//! Putting an operator's values in place of the dialect's.

use stagedoor_wire::Dialect;

use crate::config::check::Check;

/// A dialect that is changed; its own rules go on holding.
pub(super) struct Instead<'a, 'b> {
    pub(super) dialect: &'a mut Dialect,
    /// Which of the APIs it is, from 0.
    pub(super) at: usize,
    pub(super) check: &'a mut Check<'b>,
}

impl Instead<'_, '_> {
    /// Puts a value that is written as `key`, such as `lifetimes.code_seconds`; `put` gives `None` where the dialect has no
    /// such thing.
    pub(super) fn put<T>(
        &mut self,
        key: &str,
        value: Option<T>,
        put: impl FnOnce(&mut Dialect, T) -> Option<()>,
    ) {
        let Some(value) = value else { return };
        let name = key.rsplit('.').next().unwrap_or(key);
        let mut changed = self.dialect.clone();
        let message = match put(&mut changed, value) {
            None => format!("the dialect has nothing that `{name}` could change: leave it out"),
            Some(()) => match changed.contradiction() {
                Some((_, rule)) => format!("`{name}` cannot be that: {rule}"),
                None => {
                    *self.dialect = changed;
                    return;
                }
            },
        };
        self.check.wrong(&format!("api.{}.{key}", self.at), message);
    }
}
