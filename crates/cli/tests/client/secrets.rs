//! No secret in any output, log, process list or file that others can read: all of them are looked for everywhere.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::browser::in_browser;
use crate::home::{Home, done};
use crate::http::{Call, encode};
use crate::process::{Dev, Server};

const APIS: [&str; 4] = ["bandcamp", "spotify", "soundcharts", "standard"];

/// Every secret that is or was in the vault, and those of the apps.
#[derive(Default)]
struct Secrets(BTreeSet<String>);

impl Secrets {
    fn gather(&mut self, home: &Home, server: &Server) {
        for api in APIS {
            let mut add = |text: &str| {
                self.0.insert(text.to_owned());
            };
            add(server.told(api, "client_secret"));
            add(&encode(&[("", server.told(api, "client_secret"))])[1..]);
            let credential = home.credential(api);
            let refresh = credential.refresh.iter().chain(&credential.set_aside);
            refresh.for_each(|refresh| add(refresh.token.expose()));
            credential.access.iter().for_each(|access| add(access.token.expose()));
        }
    }

    fn are_not_in(&self, text: &str, place: &str) {
        for secret in &self.0 {
            assert!(!text.contains(secret.as_str()), "a secret is in {place}");
        }
    }
}

/// Runs a command as whoever has set no umask at all, with all logs there are.
fn loudly(home: &Home, arguments: &[&str]) -> crate::home::Done {
    let mut command = home.command(&[""; 0]);
    let program = command.get_program().to_owned();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "umask 0; exec \"$0\" \"$@\""]).arg(program).args(arguments);
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap());
    }
    command.env_clear();
    shell
        .env("RUST_LOG", "trace")
        .env("STAGEDOOR_LOG", "trace")
        .env("RUST_BACKTRACE", "1")
        .current_dir(home.path());
    shell
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    done(shell.spawn().unwrap())
}

#[test]
fn in_output_logs_and_files() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let mut secrets = Secrets::default();
    let mut said = String::new();
    for api in APIS {
        let file = home.path().join("secret");
        fs::write(&file, dev.told(api, "client_secret")).unwrap();
        let (id, base) = (dev.told(api, "client_id"), dev.told(api, "base_url"));
        let login = ["login", api, "--client-id", id, "--client-secret-file", "secret", "--base-url", base];
        let login = loudly(&home, &login);
        assert_eq!(login.code, 0, "{}", login.stderr);
        fs::remove_file(&file).unwrap();
        said += &login.stdout;
        said += &login.stderr;
    }
    secrets.gather(&home, &dev);
    assert_eq!(in_browser(&home, &dev, "standard", "read").code, 0);
    secrets.gather(&home, &dev);
    let fault = |fault: &str| format!("X-Stagedoor-Fault: {fault}");
    for api in APIS {
        home.expire(api);
        let token = loudly(&home, &["token", api]);
        assert_eq!(token.code, 0, "{}", token.stderr);
        said += &token.stderr;
        secrets.gather(&home, &dev);
        for arguments in [
            &["call", api, "/whoami", "--include"][..],
            &["call", api, "/x", "-H", &fault("revoked")],
            &["call", api, "/x", "-H", &fault("html")],
            &["call", api, "/x", "-H", &fault("drop-answer")],
            &["status", api],
            &["status", api, "--json"],
            &["curl", api, "--", "-sS", "-i", "/whoami"],
            &["login", api, "--client-id", "nobody", "--max-wait", "0"],
            &["doctor"],
            &["logout", api, "--keep-remote"],
        ] {
            if arguments[0] == "logout" {
                continue;
            }
            let done = loudly(&home, arguments);
            said += &done.stdout;
            said += &done.stderr;
        }
        secrets.gather(&home, &dev);
    }
    assert!(said.contains("renewed"), "there was a log to look into");
    secrets.are_not_in(&said, "an output or a log");
    look_at_files(&home.vault_folder(), &secrets);
}

fn look_at_files(folder: &Path, secrets: &Secrets) {
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700, "{}", folder.display());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look_at_files(&path, secrets);
            continue;
        }
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let mut bytes = Vec::new();
        fs::File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
        secrets.are_not_in(&String::from_utf8_lossy(&bytes), &path.display().to_string());
    }
}

/// While a call and curl are under way, everybody may look at their arguments, and root at their environment.
#[test]
fn in_the_process_list() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    for api in APIS {
        home.log_in(&dev, api);
    }
    let mut secrets = Secrets::default();
    secrets.gather(&home, &dev);
    let hang = "X-Stagedoor-Fault: timeout";
    let mut waiting = vec![];
    for api in APIS {
        waiting.push(home.start(&["call", api, "/x", "-H", hang]));
        waiting.push(home.start(&["curl", api, "--", "-sS", "-H", hang, "/x"]));
    }
    // Until each has sent its request: then it holds a connection to the server.
    for child in &waiting {
        while !is_connected(child.id(), &dev) {
            std::thread::yield_now();
        }
    }
    for entry in fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        for file in ["cmdline", "environ"] {
            let bytes = fs::read(entry.path().join(file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            // Other tests hand the demo's own secrets around; what is ours is told by the vault.
            if text.contains(home.path().to_str().unwrap())
                || file == "cmdline" && is_ours(&entry.path(), &waiting)
            {
                secrets.are_not_in(&text, &format!("{file} of a process"));
            }
        }
    }
    for mut child in waiting {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // The server was told that this is the end.
    drop(dev.send(&Call::get("/standard/whoami")));
}

fn is_ours(process: &Path, waiting: &[std::process::Child]) -> bool {
    let name = process.file_name().unwrap().to_string_lossy().into_owned();
    waiting.iter().any(|child| child.id().to_string() == name)
}

/// Whether a socket of the process is connected to the server, by the kernel's own table.
fn is_connected(process: u32, server: &Server) -> bool {
    let port = format!(":{:04X} ", server.address.port());
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let inodes: BTreeSet<&str> = table
        .lines()
        .filter(|line| {
            line.split_whitespace().nth(2).is_some_and(|remote| format!("{remote} ").ends_with(&port))
        })
        .filter(|line| line.split_whitespace().nth(3) == Some("01"))
        .filter_map(|line| line.split_whitespace().nth(9))
        .collect();
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    files.filter_map(|file| fs::read_link(file.ok()?.path()).ok()).any(|link| {
        let link = link.to_string_lossy().into_owned();
        link.strip_prefix("socket:[")
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|inode| inodes.contains(inode))
    })
}
