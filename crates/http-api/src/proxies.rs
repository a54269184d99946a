//! Which peers are proxies of ours, whose headers are believed.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use ipnet::IpNet;

/// The networks of the trusted proxies.
#[derive(Clone, Debug)]
pub(crate) struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into())
    }

    /// Whether the request came straight from a trusted proxy. A request whose peer isn't known
    /// did not.
    pub(crate) fn sent(&self, request: &Extensions) -> bool {
        !self.0.is_empty()
            && request
                .get::<ConnectInfo<SocketAddr>>()
                .is_some_and(|ConnectInfo(peer)| self.contain(*peer))
    }

    /// Whether the peer is one. An IPv4 peer of a dual-stack socket looks like `::ffff:10.0.0.1`,
    /// and counts as IPv4.
    pub(crate) fn contain(&self, peer: SocketAddr) -> bool {
        let peer = peer.ip().to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(networks: &[&str], peer: Option<&str>) -> bool {
        let mut extensions = Extensions::new();
        if let Some(peer) = peer {
            extensions.insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        }
        let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
        TrustedProxies::new(networks).sent(&extensions)
    }

    #[test]
    fn a_peer_is_trusted_by_its_network_only() {
        assert!(asks(&["10.0.0.0/8"], Some("10.1.2.3:55")));
        assert!(asks(&["10.0.0.0/8"], Some("[::ffff:10.1.2.3]:55")));
        assert!(asks(&["192.168.0.0/16", "fd00::/8"], Some("[fd00::1]:55")));
        assert!(!asks(&["10.0.0.0/8"], Some("11.1.2.3:55")));
        assert!(!asks(&[], Some("10.1.2.3:55")));
        assert!(!asks(&["0.0.0.0/0"], None));
    }
}
