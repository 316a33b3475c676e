//! `[mail]`: where mails go, and the password that stands elsewhere.

use stagedoor_wire::Secret;

use super::super::{Registration, Security};
use super::{Folder, TEMPLATE, refused};

const FROM: &str = "from = \"no-reply@example.com\"\n[log]";

fn section(lines: &str) -> String {
    format!("[mail]\n{lines}\n{FROM}")
}

#[test]
fn what_is_taken() {
    let folder = Folder::new();
    folder.write("smtp.password", "open sesame\n");
    let read = |lines: &str| {
        let text = TEMPLATE.replace("[log]", &section(lines)).replace("\"invitation\"", "\"open\"");
        let configuration = folder.read(&text).unwrap();
        assert_eq!(configuration.registration, Registration::Open);
        configuration.mail.unwrap()
    };
    let with_password = "smtp = \"smtps://no%2Dreply@smtp.example.com\"\npassword_file = \"smtp.password\"";
    let mail = read(with_password);
    assert_eq!((mail.host.as_str(), mail.port, mail.security), ("smtp.example.com", 465, Security::Tls));
    let (user, password) = mail.credentials.unwrap();
    assert!(user == "no-reply" && password.ct_eq(&Secret::new("open sesame")));
    for (smtp, host, port, security) in [
        ("smtp://smtp.example.com", "smtp.example.com", 587, Security::StartTls),
        ("smtp://smtp.example.com:25", "smtp.example.com", 25, Security::StartTls),
        ("smtp://127.0.0.1", "127.0.0.1", 25, Security::Loopback),
        ("smtp://localhost:2525", "localhost", 2525, Security::Loopback),
        ("smtp://[::1]", "::1", 25, Security::Loopback),
        ("smtps://127.0.0.1", "127.0.0.1", 465, Security::Tls),
    ] {
        let mail = read(&format!("smtp = \"{smtp}\""));
        assert_eq!((mail.host.as_str(), mail.port, mail.security), (host, port, security), "{smtp}");
        assert!(mail.credentials.is_none());
    }
}

#[test]
fn mistakes() {
    let folder = Folder::new();
    folder.write("smtp.password", "open sesame");
    let no_server = "19: `smtp` is no mail server: write one such as \"smtps://user@smtp.example.com\" or \"smtp://127.0.0.1:25\"";
    for (lines, said) in [
        ("smtp = \"smtp.example.com\"", no_server),
        ("smtp = \"https://smtp.example.com\"", no_server),
        ("smtp = \"smtps://smtp.example.com/path\"", no_server),
        (
            "smtp = \"smtps://user:secret@smtp.example.com\"",
            "19: no password belongs into this file: write it into one of its own, and its name as `password_file`",
        ),
        (
            "smtp = \"smtps://user@smtp.example.com\"",
            "19: the user has no password: write the name of a file that holds it as `password_file`",
        ),
        (
            "smtp = \"smtps://smtp.example.com\"\npassword_file = \"smtp.password\"",
            "19: the password has no user: write whose it is into `smtp`, such as \"smtps://user@smtp.example.com\"",
        ),
        (
            "smtp = \"smtps://user@smtp.example.com\"\npassword_file = \"smtp.password\"\npassword_env = \"PATH\"",
            "21: there are `password_file` and `password_env`: keep one of them",
        ),
        (
            "smtp = \"smtps://user@smtp.example.com\"\npassword_file = \"nothing\"",
            "20: cannot read nothing: No such file or directory (os error 2); write the password of the mail server's user into it",
        ),
        (
            "smtp = \"smtps://user@smtp.example.com\"\npassword_env = \"STAGEDOOR_NO_SUCH\"",
            "20: the environment has no STAGEDOOR_NO_SUCH: set it to the password, or write `password_file`",
        ),
    ] {
        refused(&folder, "[log]", &section(lines), said);
    }
    let from = "[mail]\nsmtp = \"smtp://127.0.0.1\"\nfrom = \"Stagedoor\"\n[log]";
    let said = "20: `from` is no address: write one such as \"no-reply@example.com\" or \"Stagedoor <no-reply@example.com>\"";
    refused(&folder, "[log]", from, said);
}
