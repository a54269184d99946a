//! Free TCP ports on the loopback address.

use std::net::TcpListener;

/// A port that was free a moment ago.
///
/// # Panics
/// If the machine has no free port left.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on 127.0.0.1");
    listener.local_addr().expect("the address of a bound listener").port()
}
