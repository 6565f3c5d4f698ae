//! The edges, in pairs: fits, and one more.
use logring::{Config, Level, LogRing, Logger, Popped};

#[test]
fn smoke() {
    static RING: LogRing<256> = LogRing::new();
    static LOG: Logger = Logger::new(&RING, Config::drop_newest());
    assert!(LOG.push(Level::WARN, b"disk 91% full").is_stored());
    let mut buf = [0; 512];
    let Popped::Record(r) = RING.pop(&mut buf) else {
        panic!()
    };
    assert_eq!(r.bytes, b"disk 91% full");
    assert_eq!(RING.pop(&mut buf), Popped::Empty);
}
