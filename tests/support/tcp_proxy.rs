//! A TCP proxy between a program and its server, which can hold back what passes, make it late,
//! and break connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

/// What happens to what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// It passes.
    Pass,
    /// It passes this much later.
    Late(Duration),
    /// It is held back until the manner changes. What was under way then arrives, even if its
    /// sender has gone away meanwhile: so it is in a network.
    Held,
}

/// A running proxy. It ends, and its connections with it, when dropped.
pub struct TcpProxy {
    port: u16,
    manner: watch::Sender<Manner>,
    reset: Arc<Notify>,
    accepting: JoinHandle<()>,
}

impl TcpProxy {
    /// Starts a proxy in front of a port of the loopback address.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on 127.0.0.1");
        let port = listener.local_addr().expect("the address of a bound listener").port();
        let (manner, passing) = watch::channel(Manner::Pass);
        let reset = Arc::new(Notify::new());
        let accepting = tokio::spawn(accept(listener, server, passing, Arc::clone(&reset)));
        Self { port, manner, reset, accepting }
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Holds everything back, in both directions, until [`Self::pass`].
    pub fn hold(&self) {
        self.manner.send_replace(Manner::Held);
    }

    /// Makes everything late by this much.
    pub fn delay(&self, by: Duration) {
        self.manner.send_replace(Manner::Late(by));
    }

    /// Lets everything pass, also what was held back.
    pub fn pass(&self) {
        self.manner.send_replace(Manner::Pass);
    }

    /// Breaks every open connection, as a peer that has crashed does. New ones are taken.
    pub fn reset(&self) {
        self.reset.notify_waiters();
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    server: u16,
    passing: watch::Receiver<Manner>,
    reset: Arc<Notify>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((client, _)) = accepted {
                    connections.spawn(relay(client, server, passing.clone(), Arc::clone(&reset)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Relays one connection until one side ends it or it is reset.
async fn relay(
    mut client: TcpStream,
    server: u16,
    passing: watch::Receiver<Manner>,
    reset: Arc<Notify>,
) {
    let broken = reset.notified();
    tokio::pin!(broken);
    broken.as_mut().enable();
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let is_broken = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let up = copy(from_client, to_server, passing.clone());
        let down = copy(from_server, to_client, passing);
        tokio::select! {
            _ = async { tokio::join!(up, down) } => false,
            () = broken => true,
        }
    };
    if is_broken {
        // A socket that doesn't linger tells its peer of a reset instead of an end.
        let _ = (client.set_zero_linger(), server.set_zero_linger());
    }
}

/// Copies one direction until its source ends, and lets the other side know.
async fn copy(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut passing: watch::Receiver<Manner>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        let manner = *passing.borrow();
        if let Manner::Late(by) = manner {
            sleep(by).await;
        }
        if passing.wait_for(|manner| *manner != Manner::Held).await.is_err() {
            return;
        }
        let written = match buffer.get(..read) {
            Some([]) | None => return to.shutdown().await.unwrap_or_default(),
            Some(bytes) => to.write_all(bytes).await,
        };
        if written.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    /// A connection through a proxy, from its client's and from its server's side.
    async fn connected() -> (TcpProxy, TcpStream, TcpStream) {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = TcpProxy::start(server.local_addr().unwrap().port()).await;
        let client = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        let (accepted, _) = server.accept().await.unwrap();
        (proxy, client, accepted)
    }

    #[tokio::test]
    async fn what_is_held_back_arrives_later_even_if_its_sender_is_gone() {
        let (proxy, mut client, mut server) = connected().await;
        proxy.hold();
        client.write_all(b"late").await.unwrap();
        drop(client);
        let mut nothing = [0; 4];
        assert_eq!(server.try_read(&mut nothing).unwrap_err().kind(), ErrorKind::WouldBlock);
        proxy.pass();
        let mut arrived = Vec::new();
        server.read_to_end(&mut arrived).await.unwrap();
        assert_eq!(arrived, b"late");
    }

    #[tokio::test]
    async fn a_reset_breaks_both_sides() {
        let (proxy, mut client, mut server) = connected().await;
        client.write_all(b"x").await.unwrap();
        server.read_u8().await.unwrap();
        proxy.reset();
        assert_eq!(client.read_u8().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(server.read_u8().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}
