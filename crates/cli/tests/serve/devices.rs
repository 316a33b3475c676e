//! Devices that ask for a code (RFC 8628): a new row each.

use crate::http::{Answer, Call, Connection};
use crate::process::{CLIENT, SECRET, Serve};

#[derive(Default)]
pub(crate) struct Devices {
    /// Those that were answered.
    codes: Vec<String>,
}

impl Devices {
    /// Starts one, and keeps its code when it is answered with one.
    pub(crate) fn start(&mut self, connection: &mut Connection) -> std::io::Result<Answer> {
        let form = format!("client_id={CLIENT}&client_secret={SECRET}");
        let answer = connection.send(&Call::new("POST", "/catalogue/device_authorization").form(&form))?;
        if answer.status == 200 {
            self.codes.push(answer.member("device_code"));
        }
        Ok(answer)
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.codes.len()
    }

    /// Every device that was answered waits for its person.
    pub(crate) fn check(&self, server: &Serve) {
        let mut connection = server.connect();
        for code in &self.codes {
            let form = format!(
                "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id={CLIENT}&client_secret={SECRET}\
                 &device_code={code}"
            );
            let answer = connection.send(&Call::new("POST", "/catalogue/token").form(&form)).unwrap();
            // One that polled before may do so too soon.
            let error = answer.member("error");
            assert!(["authorization_pending", "slow_down"].contains(&error.as_str()), "{}", answer.shown());
        }
    }
}
