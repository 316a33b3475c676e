//! Where the vault is (XDG Base Directory Specification 0.8).

use std::ffi::OsString;
use std::path::PathBuf;

use super::VaultError;

pub(super) fn home(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, VaultError> {
    let folder = |name: &str| variable(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    if let Some(own) = folder("STAGEDOOR_HOME") {
        return Ok(own);
    }
    // The specification has relative paths ignored.
    let data = folder("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let data = data.or_else(|| Some(folder("HOME")?.join(".local/share")));
    Ok(data.ok_or(VaultError::Homeless)?.join("stagedoor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_variable_wins() {
        type Variables = &'static [(&'static str, &'static str)];
        let cases: [(Variables, Option<&str>); 5] = [
            (&[("STAGEDOOR_HOME", "s"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")], Some("s")),
            (&[("STAGEDOOR_HOME", ""), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")], Some("/x/stagedoor")),
            (&[("XDG_DATA_HOME", "x"), ("HOME", "/h")], Some("/h/.local/share/stagedoor")),
            (&[("HOME", "/h")], Some("/h/.local/share/stagedoor")),
            (&[], None),
        ];
        for (variables, expected) in cases {
            let find =
                |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| value.into());
            assert_eq!(home(find).ok(), expected.map(PathBuf::from), "{variables:?}");
        }
    }
}
