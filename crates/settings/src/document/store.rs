//! `store`: where conversations are kept.

use crate::decode::{FilePath, Secret, Setting, Whole, section};

section! {
    /// Where conversations are kept.
    struct Store {
        /// The address of Redis: `redis://host:6379/0` for one server,
        /// `redis-sentinel://host:26379,host:26379/mymaster` for the master that Sentinels watch,
        /// `redis-cluster://host:6379,host:6379` for a Cluster; over TLS each begins with `rediss`.
        /// User and password stand before the first host, as in `redis://:password@host:6379`, so it
        /// counts as a secret. `REDIS_URL` overrides it. Default none: conversations live in this
        /// process and end with it.
        redis_url: Setting<Secret>,
        /// A file that holds the address, in place of `redisUrl`.
        redis_url_file: Setting<FilePath>,
        /// A file with the certificates, in PEM, of the authority that vouches for Redis over TLS.
        /// Default none: the authorities that the system trusts.
        redis_ca_file: Setting<FilePath>,
        /// The password of the Sentinels themselves. That in the address is for the master and its
        /// replicas. Default none.
        sentinel_password: Setting<Secret>,
        /// A file that holds the Sentinels' password, in place of `sentinelPassword`.
        sentinel_password_file: Setting<FilePath>,
        /// How many replicas must have what is written before it is acknowledged. Redis itself
        /// acknowledges first, so with 0, the default, a failover may lose the latest messages.
        /// With as many as there are replicas it loses none; while fewer can be reached, new messages
        /// are refused.
        replicas_to_acknowledge: Whole<0, 16> = Whole::of::<0>(),
    }
}
