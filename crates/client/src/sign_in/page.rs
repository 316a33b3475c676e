//! The page a browser is left with. It stands for itself: no script, no address of anybody.

/// What there is to say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Page {
    SignedIn,
    Denied,
    Stale,
    NotFound,
}

impl Page {
    fn says(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::SignedIn => {
                ("200 OK", "Signed in", "You can close this window and go back to the terminal.")
            }
            Self::Denied => (
                "200 OK",
                "Not signed in",
                "The sign-in was refused. You can close this window; the terminal says more.",
            ),
            Self::Stale => (
                "400 Bad Request",
                "Not this one",
                "This answers a sign-in that nobody here waits for. Go back to the terminal and open the newest address.",
            ),
            Self::NotFound => {
                ("404 Not Found", "Nothing here", "This address only takes the answer to a sign-in.")
            }
        }
    }

    /// The whole response.
    pub(super) fn response(self) -> String {
        let (status, title, text) = self.says();
        let html = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style>\
             <main><h1>{title}</h1><p>{text}</p></main></html>\n"
        );
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'\r\n\r\n{html}",
            html.len()
        )
    }
}

const STYLE: &str = ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;\
font:1.0625rem/1.6 system-ui,sans-serif}main{max-width:28rem;padding:2rem}h1{font-size:1.75rem;line-height:1.2;margin:0 0 .75rem}p{margin:0}";
