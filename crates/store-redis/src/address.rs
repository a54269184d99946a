//! Reads where Redis is: one server, the Sentinels that know a master, or nodes of a Cluster.

use conversation::StoreError;
use deadpool_redis::redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo, RedisError,
    TlsCertificates,
};

use crate::Options;

/// The port of a Sentinel that is named without one.
const SENTINEL_PORT: u16 = 26_379;

/// Where Redis is, and how to introduce oneself there.
pub(crate) enum Address {
    /// One server.
    Server(ConnectionInfo),
    /// Sentinels, and the master that they watch.
    Sentinels {
        /// Each of them, to be asked.
        sentinels: Vec<ConnectionInfo>,
        /// What they call the master.
        master: String,
        /// How to reach the master, once its host and port are known.
        server: ConnectionInfo,
    },
    /// Some nodes of a Cluster, which tell of the others.
    Cluster(Vec<ConnectionInfo>),
}

impl Address {
    /// Reads the address out of the options.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it is none, since only other settings mend that.
    pub(crate) fn read(options: &Options) -> Result<Self, StoreError> {
        let url = options.url.as_str();
        let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
        let ca = options.ca.as_deref();
        match scheme {
            "redis-sentinel" | "rediss-sentinel" => Self::sentinels(scheme, rest, options),
            "redis-cluster" | "rediss-cluster" => {
                let parts = Parts::of(scheme, rest)?;
                if !matches!(parts.path, "" | "0") {
                    return Err(wrong(
                        "a Cluster has database 0 only, so nothing follows its hosts",
                    ));
                }
                Ok(Self::Cluster(parts.servers(None, "", ca)?))
            }
            _ => Ok(Self::Server(server(url, ca)?)),
        }
    }

    fn sentinels(scheme: &str, rest: &str, options: &Options) -> Result<Self, StoreError> {
        let ca = options.ca.as_deref();
        let parts = Parts::of(scheme, rest)?;
        let (master, database) = parts.path.split_once('/').unwrap_or((parts.path, ""));
        if master.is_empty() {
            return Err(wrong("the name of the master is missing, as in …:26379/mymaster"));
        }
        let found = parts.servers(Some(SENTINEL_PORT), database, ca)?;
        let Some(server) = found.first().cloned() else {
            return Err(wrong("no Sentinel is named"));
        };
        // What the URL says to a server is not for the Sentinels, which have a password of their
        // own or none.
        let introduction = match &options.sentinel_password {
            Some(password) => RedisConnectionInfo::default().set_password(password),
            None => RedisConnectionInfo::default(),
        };
        let introduce = |server: ConnectionInfo| server.set_redis_settings(introduction.clone());
        let sentinels = found.into_iter().map(introduce).collect();
        Ok(Self::Sentinels { sentinels, master: master.to_owned(), server })
    }
}

/// What stands in the URL of several servers.
struct Parts<'a> {
    scheme: &'static str,
    credentials: &'a str,
    hosts: &'a str,
    path: &'a str,
}

impl<'a> Parts<'a> {
    fn of(scheme: &str, rest: &'a str) -> Result<Self, StoreError> {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        if hosts.is_empty() {
            return Err(wrong("no host is named"));
        }
        let scheme = if scheme.starts_with("rediss") { "rediss" } else { "redis" };
        Ok(Self { scheme, credentials, hosts, path: path.trim_end_matches('/') })
    }

    fn servers(
        &self,
        port: Option<u16>,
        database: &str,
        ca: Option<&[u8]>,
    ) -> Result<Vec<ConnectionInfo>, StoreError> {
        let one = |host: &str| {
            let (scheme, credentials) = (self.scheme, self.credentials);
            let at = if credentials.is_empty() { "" } else { "@" };
            let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
            let port = match port {
                Some(port) if !has_port => format!(":{port}"),
                Some(_) | None => String::new(),
            };
            server(&format!("{scheme}://{credentials}{at}{host}{port}/{database}"), ca)
        };
        self.hosts.split(',').map(one).collect()
    }
}

/// One server, with the authority that its certificate is from, if that is not one of the system's.
fn server(url: &str, ca: Option<&[u8]>) -> Result<ConnectionInfo, StoreError> {
    let wrong = |error: RedisError| wrong(&error.to_string());
    let info = url.into_connection_info().map_err(wrong)?;
    match (info.addr(), ca) {
        (ConnectionAddr::TcpTls { .. }, Some(ca)) => {
            let certificates = TlsCertificates { client_tls: None, root_cert: Some(ca.to_vec()) };
            let client = Client::build_with_tls(info, certificates).map_err(wrong)?;
            Ok(client.get_connection_info().clone())
        }
        (
            ConnectionAddr::TcpTls { .. } | ConnectionAddr::Tcp(..) | ConnectionAddr::Unix(..) | _,
            _,
        ) => Ok(info),
    }
}

/// The same server of another host and port.
pub(crate) fn moved_to(server: &ConnectionInfo, host: &str, port: u16) -> ConnectionInfo {
    let host = host.to_owned();
    let addr = match server.addr() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => ConnectionAddr::TcpTls {
            host,
            port,
            insecure: *insecure,
            tls_params: tls_params.clone(),
        },
        _ => ConnectionAddr::Tcp(host, port),
    };
    server.clone().set_addr(addr)
}

/// Host and port of a server; nothing for a socket.
pub(crate) fn host_and_port(server: &ConnectionInfo) -> Option<(&str, u16)> {
    match server.addr() {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
            Some((host, *port))
        }
        _ => None,
    }
}

fn wrong(why: &str) -> StoreError {
    StoreError::Refused(format!("the URL of Redis can't be used: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_encrypted(server: &ConnectionInfo) -> bool {
        matches!(server.addr(), ConnectionAddr::TcpTls { .. })
    }

    fn read(url: &str) -> Result<Address, StoreError> {
        let sentinel_password = Some("watch".to_owned());
        Address::read(&Options { url: url.to_owned(), sentinel_password, ..Options::default() })
    }

    fn refusal(url: &str) -> String {
        match read(url) {
            Err(StoreError::Refused(why)) => why,
            Err(error) => panic!("{url}: {error}"),
            Ok(_) => panic!("{url} was taken"),
        }
    }

    #[test]
    fn sentinels_are_introduced_to_by_their_own_password_and_the_master_by_the_urls() {
        let url = "rediss-sentinel://me:p%40ss@a:1,b,[::1]:3/mymaster/5";
        let Ok(Address::Sentinels { sentinels, master, server }) = read(url) else {
            panic!("not sentinels");
        };
        assert_eq!(master, "mymaster");
        let settings = server.redis_settings();
        let user = (settings.username(), settings.password(), settings.db());
        assert_eq!(user, (Some("me"), Some("p@ss"), 5));
        let found: Vec<_> = sentinels.iter().filter_map(host_and_port).collect();
        assert_eq!(found, [("a", 1), ("b", 26_379), ("::1", 3)]);
        for sentinel in &sentinels {
            let settings = sentinel.redis_settings();
            let user = (settings.username(), settings.password(), settings.db());
            assert_eq!(user, (None, Some("watch"), 0));
            assert!(is_encrypted(sentinel));
        }
        assert!(is_encrypted(&moved_to(&server, "elsewhere", 7)));
        assert_eq!(host_and_port(&moved_to(&server, "elsewhere", 7)), Some(("elsewhere", 7)));
    }

    #[test]
    fn each_node_of_a_cluster_is_introduced_to_alike() {
        let Ok(Address::Cluster(nodes)) = read("redis-cluster://:secret@a:1,b") else {
            panic!("not a cluster");
        };
        let found: Vec<_> = nodes.iter().filter_map(host_and_port).collect();
        assert_eq!(found, [("a", 1), ("b", 6379)]);
        assert!(nodes.iter().all(|node| node.redis_settings().password() == Some("secret")));
        assert!(!nodes.iter().any(is_encrypted));
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason_and_without_the_password() {
        for (url, why) in [
            ("redis-sentinel://:hush@a:1,b:2", "name of the master"),
            ("redis-sentinel:///mymaster", "no host"),
            ("redis-sentinel://:hush@a:1/mymaster/x", "database"),
            ("redis-cluster://:hush@a:1/3", "database 0 only"),
            ("redis-cluster://:hush@a:x", "can't be used"),
            ("redis-cluster://:hush@a,,b", "can't be used"),
            ("nonsense", "can't be used"),
        ] {
            let refusal = refusal(url);
            assert!(refusal.contains(why), "{url}: {refusal}");
            assert!(!refusal.contains("hush"), "{refusal}");
        }
    }
}
