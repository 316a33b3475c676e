//! All SQL. Placeholders are `$1`, `$2`, … in the order they first appear, values TEXT, BIGINT or BLOB, and nothing here
//! is one database's own, so that a second backend can use the same texts. Migrations are each backend's own.

/// Names statements, and lists them so that a test can prepare every one.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)+
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

pub(crate) mod admin_api;
pub(crate) mod administration;
pub(crate) mod apps;
pub(crate) mod clean;
pub(crate) mod codes;
pub(crate) mod count;
pub(crate) mod devices;
pub(crate) mod ended;
pub(crate) mod grants;
pub(crate) mod keys;
pub(crate) mod listing;
pub(crate) mod people;
pub(crate) mod restore;
pub(crate) mod usage;

#[cfg(test)]
pub(crate) fn all() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let (administration, listing) = (administration::ALL, listing::ALL);
    [
        apps::ALL,
        clean::ALL,
        codes::ALL,
        count::ALL,
        devices::ALL,
        ended::ALL,
        grants::ALL,
        keys::ALL,
        people::ALL,
        restore::ALL,
        administration,
        listing,
        usage::ALL,
        admin_api::ALL,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    /// SQLite numbers `$n` by first appearance, PostgreSQL by `n`: they must agree.
    #[test]
    fn placeholders_stand_in_order() {
        for (name, text) in super::all() {
            let mut highest = 0;
            for behind in text.split('$').skip(1) {
                let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
                let number: usize = digits.parse().unwrap();
                assert!(number <= highest + 1, "{name}: ${number} appears before ${}", highest + 1);
                highest = highest.max(number);
            }
        }
    }
}
