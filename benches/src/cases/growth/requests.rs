//! Requests by many apps, written to a file for the load generator before each run, so that no run sees those of another.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::population::{API, Population};
use super::zipf::Zipf;
use crate::child::Pinned;
use crate::pairs::{self, Load, Run};
use crate::wrk::{ManyRequests, Wrk};
use crate::{Setting, stopwatch};

/// Requests written for each second of a run: more than are sent.
const A_SECOND: u32 = 70_000;

/// What is asked.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Client credentials, no row.
    Issue,
    /// A call with a token of the app's.
    Check,
}

/// The load on one server.
pub(super) struct Requests<'a> {
    server: &'a Pinned,
    population: &'a Population,
    origin: String,
    host: String,
    file: PathBuf,
    zipf: Zipf,
    random: StdRng,
}

impl<'a> Requests<'a> {
    pub(super) fn new(server: &'a Pinned, population: &'a Population, folder: &Path) -> anyhow::Result<Self> {
        let url = server.text(&format!("/apis/{API}/token_url"))?;
        let (origin, _) = url.rsplit_once("/standard").context("the token address has another form")?;
        let (_, host) = origin.split_once("//").context("the token address has no host")?;
        let (origin, host) = (origin.to_owned(), host.to_owned());
        let zipf = Zipf::new(population.size.apps, 4);
        let random = StdRng::seed_from_u64(5);
        Ok(Self { server, population, origin, host, file: folder.join("requests"), zipf, random })
    }

    /// Lets it answer about so many, so that it has in memory what it will.
    pub(super) fn warm_up(&mut self, wrk: &Wrk, kind: Kind, requests: u64) -> anyhow::Result<()> {
        let mut answered = 0;
        while answered < requests {
            answered += self.load(wrk, kind, 3)?.count;
        }
        Ok(())
    }

    pub(super) fn run(&mut self, setting: &Setting, wrk: &Wrk, kind: Kind) -> anyhow::Result<Run> {
        let bytes_each = self.write(kind, setting.seconds)?;
        let requests = ManyRequests { origin: &self.origin, file: &self.file, bytes_each };
        pairs::run(self.server.measured(setting), || wrk.run_many(&requests, setting.seconds))
    }

    fn load(&mut self, wrk: &Wrk, kind: Kind, seconds: u32) -> anyhow::Result<Load> {
        let bytes_each = self.write(kind, seconds)?;
        wrk.run_many(&ManyRequests { origin: &self.origin, file: &self.file, bytes_each }, seconds)
    }

    /// Bytes of each.
    fn write(&mut self, kind: Kind, seconds: u32) -> anyhow::Result<usize> {
        let mut file = BufWriter::new(std::fs::File::create(&self.file)?);
        let (mut bytes_each, now) = (None, stopwatch::now());
        for _ in 0..A_SECOND * seconds {
            let app_rank = self.zipf.draw();
            let request = match kind {
                Kind::Issue => self.issue(app_rank),
                Kind::Check => self.check(app_rank, now)?,
            };
            ensure!(*bytes_each.get_or_insert(request.len()) == request.len(), "requests differ in length");
            file.write_all(request.as_bytes())?;
        }
        file.flush()?;
        bytes_each.context("a run takes at least a second")
    }

    fn issue(&self, app_rank: u64) -> String {
        let body = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            self.population.client_id(app_rank),
            self.population.secret(app_rank)
        );
        format!(
            "POST /standard/token HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )
    }

    fn check(&mut self, app_rank: u64, now: stagedoor_protocol::Timestamp) -> anyhow::Result<String> {
        let token = self.population.token(app_rank, now, &mut self.random)?;
        let (host, token) = (&self.host, token.expose());
        Ok(format!("GET /standard/whoami HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"))
    }
}
