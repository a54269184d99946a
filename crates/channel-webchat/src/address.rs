//! From which address a request comes, as far as proxies of ours say so.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Finds out who asks.
pub(crate) struct Addresses(Vec<IpNet>);

impl Addresses {
    pub(crate) fn new(trusted_proxies: Vec<IpNet>) -> Self {
        Self(trusted_proxies)
    }

    /// The bytes that stand for whoever sent the request: its IPv4 address, or the network of its
    /// IPv6 address, since those are free to choose from. None if the peer isn't known.
    pub(crate) fn sender(&self, request: &Extensions, headers: &HeaderMap) -> Option<Vec<u8>> {
        let ConnectInfo(peer) = request.get::<ConnectInfo<SocketAddr>>()?;
        Some(match self.client(peer.ip().to_canonical(), headers) {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => network(address),
        })
    }

    /// The nearest address that isn't a proxy of ours. What stands before it anybody may have
    /// written, and so may what stands before a word that is no address: there the way ends with the
    /// proxy that passed it on.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines: Vec<&HeaderValue> = headers.get_all(X_FORWARDED_FOR).into_iter().collect();
        let hops =
            lines.iter().rev().flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        let mut nearest = peer;
        for hop in hops {
            let Some(before) = address(hop).filter(|_| self.is_trusted(nearest)) else { break };
            nearest = before;
        }
        nearest
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address in a hop's words, with which some proxies name the port as well: `203.0.113.7:4711`,
/// `[2001:db8::7]:4711`.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    let with_port = || hop.parse().ok().map(|whole: SocketAddr| whole.ip());
    let address = hop.parse().ok().or_else(with_port).or_else(in_brackets)?;
    Some(address.to_canonical())
}

fn network(address: Ipv6Addr) -> Vec<u8> {
    address.octets().into_iter().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(peer: &str, forwarded: &[&str]) -> Vec<u8> {
        let addresses = Addresses::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let mut request = Extensions::new();
        request.insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        let headers =
            forwarded.iter().map(|line| (X_FORWARDED_FOR, line.parse().unwrap())).collect();
        addresses.sender(&request, &headers).unwrap()
    }

    #[test]
    fn only_what_a_trusted_proxy_says_is_believed() {
        assert_eq!(sender("203.0.113.7:1", &["198.51.100.1"]), [203, 0, 113, 7]);
        assert_eq!(sender("10.0.0.1:1", &["198.51.100.1"]), [198, 51, 100, 1]);
        assert_eq!(sender("[::ffff:10.0.0.1]:1", &["198.51.100.1"]), [198, 51, 100, 1]);
        assert_eq!(sender("10.0.0.1:1", &[]), [10, 0, 0, 1]);
    }

    #[test]
    fn what_stands_before_the_nearest_stranger_is_not_believed() {
        assert_eq!(sender("10.0.0.1:1", &["1.1.1.1, 198.51.100.1"]), [198, 51, 100, 1]);
        assert_eq!(sender("10.0.0.1:1", &["1.1.1.1", "198.51.100.1, 10.9.9.9"]), [198, 51, 100, 1]);
        assert_eq!(sender("10.0.0.1:1", &["nonsense"]), [10, 0, 0, 1]);
    }

    #[test]
    fn an_address_is_read_with_its_port_too() {
        assert_eq!(sender("10.0.0.1:1", &["198.51.100.1:4711"]), [198, 51, 100, 1]);
        assert_eq!(sender("10.0.0.1:1", &["198.51.100.1:4711, 10.2.3.4:80"]), [198, 51, 100, 1]);
        let of_ipv6 = sender("[2001:db8:1:2::1]:1", &[]);
        for same in ["2001:db8:1:2::1", "[2001:db8:1:2::1]", "[2001:db8:1:2::1]:99"] {
            assert_eq!(sender("10.0.0.1:1", &[same]), of_ipv6, "{same}");
        }
    }

    #[test]
    fn nothing_is_believed_that_stands_before_what_is_no_address() {
        for unread in
            ["unknown", "_hidden", "198.51.100.1:x", "[::1", "", "198.51.100.1 198.51.100.2"]
        {
            let line = format!("203.0.113.7, {unread}, 10.2.3.4");
            assert_eq!(sender("10.0.0.1:1", &[&line]), [10, 2, 3, 4], "{unread}");
        }
        let lines = ["203.0.113.7", "n\u{f6}, 10.2.3.4"];
        let headers =
            lines.map(|line| (X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap()));
        let addresses = Addresses::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let client = addresses.client([10, 0, 0, 1].into(), &headers.into_iter().collect());
        assert_eq!(client, IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn neighbours_in_an_ipv6_network_count_as_one() {
        assert_eq!(sender("[2001:db8:1:2::1]:1", &[]), sender("[2001:db8:1:2:ffff::9]:1", &[]));
        assert_ne!(sender("[2001:db8:1:2::1]:1", &[]), sender("[2001:db8:1:3::1]:1", &[]));
    }
}
