//! The HTTP server, which takes connections before there is anything behind it: probes and
//! callers are told that the gateway starts instead of waiting for an answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use http_api::{Entrance, ServeOptions, Vitals};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// A server that runs. It ends at once when this is dropped.
pub(crate) struct Doors {
    pub(crate) address: SocketAddr,
    /// Where requests go, once there is a router.
    pub(crate) entrance: Entrance,
    /// No further connections; open ones end with their request.
    pub(crate) close: CancellationToken,
    /// The server has ended.
    pub(crate) closed: CancellationToken,
    _server: AbortOnDropHandle<()>,
}

impl Doors {
    /// Binds the address, and answers from then on.
    pub(crate) async fn open(
        address: SocketAddr,
        vitals: Arc<Vitals>,
        grace: Duration,
    ) -> anyhow::Result<Self> {
        let listener = http_api::listen(address).with_context(|| {
            format!(
                "port {} of {} can't be opened; set another by gateway.port or \
                 OPENCLAW_GATEWAY_PORT",
                address.port(),
                address.ip()
            )
        })?;
        let address = listener.local_addr()?;
        let entrance = Entrance::new(Arc::clone(&vitals));
        let (close, closed) = (CancellationToken::new(), CancellationToken::new());
        let options = ServeOptions { grace, ..ServeOptions::default() };
        let serving = http_api::serve(listener, entrance.clone(), vitals, options, close.clone());
        let over = closed.clone().drop_guard();
        let server = tokio::spawn(async move {
            let _over = over;
            serving.await;
        });
        Ok(Self { address, entrance, close, closed, _server: AbortOnDropHandle::new(server) })
    }
}
