//! What is in deploy/: its commands can be typed, its files exist, and systemd takes the units.

use std::fs;
use std::io::ErrorKind;
use std::process::Command;

use super::command_lines::wrong;
use super::pages;

/// Of systemd's own reckoning, 0 (nothing is allowed) to 100.
const EXPOSURE: &str = "20";

fn deployed(name: &str) -> String {
    fs::read_to_string(pages::root().join("deploy").join(name)).unwrap()
}

fn can_be_typed(words: &[String]) {
    assert_eq!(words[0], "/usr/bin/stagedoor");
    assert_eq!(wrong(words, false), None, "{words:?}");
}

#[test]
fn the_unit_starts_a_command_there_is() {
    let unit = deployed("stagedoor.service");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    can_be_typed(&start.split(' ').map(str::to_owned).collect::<Vec<_>>());
    for (file, line) in
        [("sysusers.conf", "u stagedoor "), ("tmpfiles.conf", "d /var/lib/stagedoor 0700 stagedoor ")]
    {
        assert!(deployed(file).lines().any(|found| found.starts_with(line)), "{file}");
    }
    assert!(unit.contains("\nUser=stagedoor\n") && unit.contains("\nStateDirectory=stagedoor\n"));
}

/// The server starts with no socket that its configuration does not name.
#[test]
fn the_sockets_are_those_of_the_page() {
    let page = fs::read_to_string(pages::root().join("docs/operating.md")).unwrap();
    let listen = page.lines().find_map(|line| line.strip_prefix("listen = ")).unwrap();
    let configured: Vec<String> = serde_json::from_str(listen).unwrap();
    let socket = deployed("stagedoor.socket");
    let opened: Vec<_> = socket.lines().filter_map(|line| line.strip_prefix("ListenStream=")).collect();
    assert_eq!(opened, configured);
}

/// Where systemd is not installed there is nobody to ask.
#[test]
fn systemd_takes_the_units() {
    let folder = tempfile::tempdir().unwrap();
    // It looks whether the program is there.
    let program = std::env::current_exe().unwrap();
    let unit = deployed("stagedoor.service").replace("/usr/bin/stagedoor", program.to_str().unwrap());
    let path = folder.path().join("stagedoor.service");
    fs::write(&path, unit).unwrap();
    fs::write(folder.path().join("stagedoor.socket"), deployed("stagedoor.socket")).unwrap();
    let threshold = format!("--threshold={EXPOSURE}");
    for arguments in [
        &["verify", "--man=no", "--recursive-errors=no", path.to_str().unwrap()][..],
        &["verify", "--man=no", "--recursive-errors=no", path.with_extension("socket").to_str().unwrap()],
        &["security", "--offline=yes", "--no-pager", &threshold, path.to_str().unwrap()],
    ] {
        let asked = match Command::new("systemd-analyze").args(arguments).output() {
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            asked => asked.unwrap(),
        };
        assert!(asked.status.success(), "{arguments:?}: {asked:?}");
        assert!(arguments[0] == "security" || asked.stderr.is_empty(), "{arguments:?}: {asked:?}");
    }
}

/// No builder of images is asked: what the file names has to be there.
#[test]
fn the_image_is_made_of_what_there_is() {
    let file = deployed("Containerfile").replace("\\\n", " ");
    let copied =
        file.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.contains("--from"));
    let mut sources: Vec<_> = copied.flat_map(|line| line.split(' ').rev().skip(1)).collect();
    sources.retain(|source| !pages::root().join(source).exists());
    assert!(sources.is_empty(), "{sources:?}");
    let list = |name: &str| -> Vec<String> {
        let text = file.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}"));
        serde_json::from_str(&text[text.find('[').unwrap()..]).unwrap()
    };
    can_be_typed(&[list("ENTRYPOINT "), list("CMD ")].concat());
    can_be_typed(&list("HEALTHCHECK "));
    let last = file.rfind("\nFROM ").unwrap();
    assert!(file[last..].contains("\nUSER 65532:65532\n") && !file[last..].contains("\nRUN "));
}
