//! The answer to a renewal is lost on the way: nobody is locked out.

use crate::browser::in_browser;
use crate::home::Home;
use crate::process::Dev;
use crate::proxy::Proxy;

/// Once is made good at once; for longer, the next process makes it good.
#[test]
fn asked_again() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let proxy = Proxy::start(dev.address);
    assert_eq!(home.log_in_at(&dev, "bandcamp", &proxy.url()).code, 0);
    for faults in [&["drop-answer"][..], &["drop-answer", "drop-answer"], &["html", "drop-answer"], &["500"]]
    {
        home.expire("bandcamp");
        proxy.fail(faults);
        let first = home.run(&["token", "bandcamp"]);
        if first.code != 0 {
            assert_eq!((first.code, first.stdout.as_str()), (5, ""), "{faults:?}: {}", first.stderr);
            assert!(first.stderr.to_lowercase().contains("try again"), "{}", first.stderr);
            assert!(!home.status("bandcamp")["interrupted_at"].is_null(), "{faults:?}");
            assert_eq!(home.run(&["status", "bandcamp"]).code, 0, "it mends itself");
        }
        proxy.fail(&[]);
        let second = home.run(&["token", "bandcamp"]);
        assert_eq!(second.code, 0, "{faults:?}: {}", second.stderr);
        assert!(home.status("bandcamp")["interrupted_at"].is_null());
    }
    // The chain goes on.
    home.expire("bandcamp");
    assert_eq!(home.run(&["token", "bandcamp"]).code, 0);
}

/// With a person's grant, whose refresh tokens rotate, the same.
#[test]
fn in_a_persons_grant() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    assert_eq!(in_browser(&home, &dev, "standard", "read").code, 0);
    let proxy = Proxy::start(dev.address);
    let base = stagedoor_client::BaseUrl::parse(&format!("{}/standard", proxy.url())).unwrap();
    home.change("standard", |credential| {
        (credential.provider.accounts, credential.provider.api) = (base.clone(), base);
    });
    for _ in 0..3 {
        home.expire("standard");
        proxy.fail(&["drop-answer", "drop-answer"]);
        assert_eq!(home.run(&["token", "standard"]).code, 5);
        assert_eq!(home.run(&["token", "standard"]).code, 0);
    }
}
