//! Opens the port.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// How many connections the system keeps for us until we take them; it may allow fewer. The usual
/// 128 is less than come at once when a proxy is restarted or a campaign goes out, and whoever
/// finds the queue full tries again only after a second.
const BACKLOG: u32 = 4096;

/// Listens at `address`, in such a way that a thousand connections may come at once.
///
/// # Errors
/// What the system says, such as that the port is taken.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A replica that is started again must not wait for the connections of the one before it.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_thousand_connections_can_come_before_one_is_taken() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let allowed = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
        let most = allowed.trim().parse().unwrap_or(128).min(1000);
        let open = || TcpStream::connect_timeout(&address, Duration::from_secs(10));
        let connections: Vec<_> = (0..most).map(|_| open().unwrap()).collect();
        assert_eq!(connections.len(), most);
    }
}
