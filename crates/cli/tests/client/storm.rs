//! A hundred processes that find the same token ended: one of them asks, all are served.

use crate::home::{Home, done};
use crate::process::Dev;
use crate::proxy::Proxy;

const PROCESSES: usize = 100;

#[test]
fn one_request_for_all() {
    let (dev, home) = (Dev::start(&[&"--unlimited"]), Home::new());
    let proxy = Proxy::start(dev.address);
    for api in ["bandcamp", "spotify"] {
        assert_eq!(home.log_in_at(&dev, api, &proxy.url()).code, 0);
        home.expire(api);
        proxy.token_requests();
        let children: Vec<_> = (0..PROCESSES).map(|_| home.start(&["token", api])).collect();
        let all: Vec<_> = children.into_iter().map(done).collect();
        for one in &all {
            assert_eq!((one.code, one.stderr.as_str()), (0, ""), "{api}");
            assert_eq!(one.stdout, all[0].stdout, "{api}");
        }
        assert_eq!(proxy.token_requests(), 1, "{api}");
    }
}
