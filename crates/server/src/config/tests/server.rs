//! Mistakes around the APIs: form, listening, files.

use super::{Folder, refused};

const LISTEN: &str = "listen = [\"127.0.0.1:8080\"]";
const PATH: &str = "path = \"stagedoor.db\"";
const KEYS: &str = "file = \"stagedoor.key\"";
const LEVEL: &str = "level = \"info\"";

/// What is written instead of a line of the template, and what is said of it.
fn all(from: &str, cases: &[(&str, &str)]) {
    let folder = Folder::new();
    for (to, said) in cases {
        refused(&folder, from, to, said);
    }
}

#[test]
fn one_bracket_too_many() {
    for (name, line) in [("server", 4), ("database", 11), ("keys", 14), ("log", 18)] {
        let said = format!("{line}: [[{name}]] stands once: write [{name}], in one pair of brackets");
        all(&format!("[{name}]"), &[(&format!("[[{name}]]"), &said)]);
    }
}

#[test]
fn form() {
    all(
        "[log]",
        &[
            ("[lug]", "18: unknown field `lug`; did you mean `log`?"),
            (
                "[syslog]",
                "18: unknown field `syslog`; what may stand here is `server`, `database`, `keys`, `log`, `metrics`, `traces`, `accounts`, `mail`, `admin` and `api`",
            ),
            (
                "[log",
                "18: unclosed table, expected `]`; text stands in quotation marks, lists and sections in brackets",
            ),
            ("[keys]", "18: this stands in the file already; keep one of the two"),
        ],
    );
    all(
        LEVEL,
        &[
            ("levle = \"info\"", "20: unknown field `levle`; did you mean `level`?"),
            (
                "level = \"warning\"",
                "20: there is no `warning` here: write `error`, `warn`, `info`, `debug` or `trace`; did you mean `warn`?",
            ),
            ("level = 3", "20: this is a word, which stands in quotation marks"),
            (
                "level = \"info\"\nlevel = \"warn\"",
                "21: this stands in the file already; keep one of the two",
            ),
            (
                "level = info",
                "20: invalid float, expected `inf`; text stands in quotation marks, lists and sections in brackets",
            ),
        ],
    );
    all(
        "format = \"pretty\"",
        &[("format = \"jsn\"", "19: there is no `jsn` here: write `pretty` or `json`; did you mean `json`?")],
    );
}

#[test]
fn listening() {
    all(
        LISTEN,
        &[
            (
                "listen = \"127.0.0.1:8080\"",
                "9: invalid type: string \"127.0.0.1:8080\", expected a list, which stands in brackets",
            ),
            ("listen = []", "9: `listen` is empty: write at least one, such as \"127.0.0.1:8080\""),
            (
                "listen = [\"localhost:8080\"]",
                "9: \"localhost:8080\" is not an address with a port: write one such as \"127.0.0.1:8080\" or \"[::1]:8080\"",
            ),
            (
                "listen = [\"127.0.0.1\"]",
                "9: \"127.0.0.1\" is not an address with a port: write one such as \"127.0.0.1:8080\" or \"[::1]:8080\"",
            ),
            (
                "listen = [\n\"127.0.0.1:8080\",\n\"127.0.0.1:8080\",\n]",
                "11: 127.0.0.1:8080 is written twice: leave out one of them",
            ),
            (
                "listen = [\"0.0.0.0:80\"]",
                "9: on 0.0.0.0:80 passwords and tokens would cross the network in clear: set [server.tls], or name the proxy that does TLS in `trusted_proxies`, or listen on 127.0.0.1",
            ),
            (
                "listen = [\"[::]:80\"]",
                "9: on [::]:80 passwords and tokens would cross the network in clear: set [server.tls], or name the proxy that does TLS in `trusted_proxies`, or listen on 127.0.0.1",
            ),
            ("limits = { connections = 0 }", "9: `connections` is 0, and nobody would be let in: at least 1"),
            (
                "limits = { connections_per_address = 0 }",
                "9: `connections_per_address` is 0, and nobody would be let in: at least 1",
            ),
            (
                "limits = { header_seconds = 0 }",
                "9: `header_seconds` is 0, and nobody would be in time: at least 1",
            ),
            (
                "limits = { drain_seconds = 0 }",
                "9: `drain_seconds` is 0, and nobody would be in time: at least 1",
            ),
            ("limits = { conections = 5 }", "9: unknown field `conections`; did you mean `connections`?"),
        ],
    );
}

#[test]
fn how_it_is_reached() {
    all(
        LISTEN,
        &[
            (
                "url = \"api.example.com\"",
                "9: \"api.example.com\" is not a web address: write scheme, host and perhaps port alone, such as \"https://api.example.com\"",
            ),
            (
                "url = \"ftp://api.example.com\"",
                "9: \"ftp://api.example.com\" is not a web address: write scheme, host and perhaps port alone, such as \"https://api.example.com\"",
            ),
            (
                "url = \"http://127.0.0.1:8080/api\"",
                "9: `url` has more in it than http://127.0.0.1:8080: write scheme, host and perhaps port alone, such as \"https://api.example.com\"",
            ),
            (
                "url = \"http://me:pass@127.0.0.1:8080\"",
                "9: `url` has more in it than http://127.0.0.1:8080: write scheme, host and perhaps port alone, such as \"https://api.example.com\"",
            ),
            (
                "url = \"http://api.example.com\"",
                "9: by http://api.example.com passwords and tokens would cross the network in clear: write \"https://api.example.com\"",
            ),
            (
                "url = \"https://api.example.com\"",
                "9: nothing here speaks https: set [server.tls], or name the proxy that does TLS in `trusted_proxies`",
            ),
            (
                "trusted_proxies = [\"127.0.0.1\"]",
                "4: `url` is missing: write how people reach this server, such as \"https://api.example.com\"",
            ),
        ],
    );
    let proxies =
        |networks: &str| format!("url = \"https://api.example.com\"\ntrusted_proxies = [{networks}]");
    let cases = [
        (
            "\"10.0.0.0/8\", \"nginx\"",
            "10: \"nginx\" is neither an address nor a network: write one such as \"10.0.0.7\" or \"10.0.0.0/8\"",
        ),
        (
            "\"10.1.2.3/8\"",
            "10: \"10.1.2.3/8\" has an address inside its network: did you mean \"10.0.0.0/8\"?",
        ),
        ("\"0.0.0.0/0\"", "10: with 0.0.0.0/0 anyone could say who they are: list the proxies alone"),
        (
            "\"10.0.0.0/40\"",
            "10: \"10.0.0.0/40\" is neither an address nor a network: write one such as \"10.0.0.7\" or \"10.0.0.0/8\"",
        ),
    ];
    let folder = Folder::new();
    for (networks, said) in cases {
        refused(&folder, LISTEN, &proxies(networks), said);
    }
}

#[test]
fn files() {
    all(
        PATH,
        &[
            (
                "path = \"nowhere/stagedoor.db\"",
                "12: there is no folder nowhere: make it, for the server's user alone",
            ),
            ("path = \".\"", "12: . is a folder: name a file, such as ./stagedoor.db"),
        ],
    );
    all(
        KEYS,
        &[
            (
                "file = \"nowhere.key\"",
                "16: cannot read nowhere.key: No such file or directory (os error 2); put the key file back, or let `stagedoor init` write one for a new database",
            ),
            ("key = \"c2VjcmV0\"", "16: unknown field `key`; what may stand here is `file` and `env`"),
            (
                "file = \"stagedoor.key\"\nenv = \"STAGEDOOR_KEYS\"",
                "17: there are `file` and `env`: keep one of them",
            ),
            (
                "env = \"STAGEDOOR_NOT_SET\"",
                "16: the environment has no STAGEDOOR_NOT_SET: set it to the text of a key file, or write `file`",
            ),
        ],
    );
    let folder = Folder::new();
    folder.set_mode("stagedoor.key", 0o640);
    refused(
        &folder,
        KEYS,
        KEYS,
        "16: stagedoor.key can be read by others; run chmod 600 on it, and replace what is in it if it was exposed",
    );
    folder.write("stagedoor.key", "nonsense");
    refused(
        &folder,
        KEYS,
        KEYS,
        "16: stagedoor.key: the key file cannot be read: line 1, column 9 is not what belongs there; put back a copy of it",
    );
}

#[test]
fn registration() {
    all(
        "registration = \"invitation\"",
        &[
            (
                "registration = \"open\"",
                "23: who registers confirms their e-mail by mail, and there is no [mail]: say there which server sends it, or write \"invitation\"",
            ),
            (
                "registration = \"anyone\"",
                "23: there is no `anyone` here: write `open`, `invitation` or `closed`",
            ),
        ],
    );
}

#[test]
fn figures_and_traces() {
    all(
        "[log]",
        &[
            (
                "[metrics]\nlisten = \"127.0.0.1:8080\"\n[log]",
                "19: 127.0.0.1:8080 stands in [server] `listen` too: give the figures a port of their own",
            ),
            (
                "[metrics]\nlisten = \"9464\"\n[log]",
                "19: \"9464\" is not an address with a port: write one such as \"127.0.0.1:8080\" or \"[::1]:8080\"",
            ),
            (
                "[traces]\nendpoint = \"collector:4318\"\n[log]",
                "19: `endpoint` is not a web address: write one such as \"http://127.0.0.1:4318/v1/traces\"",
            ),
            (
                "[traces]\nendpoint = \"https://me:secret@collector.example/v1/traces\"\n[log]",
                "19: no name and password belong into this file: send the traces to a collector of your own, which knows those of the next one",
            ),
            (
                "[traces]\nendpoint = \"http://127.0.0.1:4318/v1/traces\"\nsample_ratio = 10\n[log]",
                "20: `sample_ratio` is 10: write a share from 0 to 1, such as 0.1",
            ),
        ],
    );
}
