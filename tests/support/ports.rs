//! Free TCP ports on the loopback address.

use std::net::TcpListener;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the ports that the system gives to outgoing connections: a server that is killed and
/// started again must find its port still free.
const PORTS: Range<u32> = 11_000..32_000;

/// A port that was free a moment ago.
///
/// # Panics
/// If the machine has no free port left.
#[must_use]
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Tests run as several processes at once, so each begins somewhere else.
    let begin = std::process::id().wrapping_mul(2_654_435_761) >> 8;
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let span = PORTS.end - PORTS.start;
    (0..span)
        .map(|_| begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % span + PORTS.start)
        .filter_map(|port| u16::try_from(port).ok())
        .find(is_free)
        .expect("a free port on 127.0.0.1")
}
