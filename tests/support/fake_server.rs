//! What every fake is made of: connections that are taken and read, and state that tests wait for.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;
use tokio::task::JoinSet;

pub(crate) mod connection;

use connection::Connection;

/// A listener on a free port of 127.0.0.1.
pub(crate) fn listener() -> TcpListener {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port on 127.0.0.1");
    // Gateways under load open many connections at once, and none may have to wait.
    socket.listen(4096).expect("a listener")
}

/// Serves connections until it is aborted, and the open ones with it.
pub(crate) async fn accept<S>(listener: TcpListener, serve: impl Fn(Connection) -> S)
where
    S: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(Connection::new(stream)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Waits until something holds that changes only with a notice.
pub(crate) async fn until(changed: &Notify, holds: impl Fn() -> bool) {
    loop {
        let notice = changed.notified();
        tokio::pin!(notice);
        notice.as_mut().enable();
        if holds() {
            return;
        }
        notice.await;
    }
}

/// Locks, whatever became of who held it before: a panic is the test's to report.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
