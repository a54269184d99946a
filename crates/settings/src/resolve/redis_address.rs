//! The forms that the address of Redis may have.

use url::Url;

/// What was expected, where no form is even begun.
const ANY: &str = "a URL such as redis://host:6379/0 for one server, \
                   redis-sentinel://host:26379,host:26379/mymaster for the master that Sentinels \
                   watch, redis-cluster://host:6379,host:6379 for a Cluster, each with rediss \
                   instead of redis for TLS, or redis+unix:///path for a socket";

/// Whether Redis can be addressed like this, or else what was expected.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    let Some((scheme, rest)) = text.split_once(':') else { return Err(ANY) };
    match scheme {
        "redis" | "rediss" => server(text),
        "redis+unix" | "unix" => {
            let has_path = Url::parse(text).is_ok_and(|url| url.path().len() > 1);
            if has_path { Ok(()) } else { Err("the path of a socket, as in redis+unix:///path") }
        }
        "redis-sentinel" | "rediss-sentinel" => sentinels(rest),
        "redis-cluster" | "rediss-cluster" => cluster(rest),
        _ => Err(ANY),
    }
}

/// Whether an address is that of Sentinels.
pub(super) fn is_of_sentinels(text: &str) -> bool {
    text.starts_with("redis-sentinel:") || text.starts_with("rediss-sentinel:")
}

fn server(text: &str) -> Result<(), &'static str> {
    const EXPECTED: &str = "redis://[user:password@]host:port/database, or rediss:// for TLS, with \
                            special characters of the password percent-encoded";
    let url = Url::parse(text).map_err(|_| EXPECTED)?;
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    let has_fragment = url.fragment().is_some();
    if has_host && is_database(url.path().trim_start_matches('/')) && !has_fragment {
        Ok(())
    } else {
        Err(EXPECTED)
    }
}

fn sentinels(rest: &str) -> Result<(), &'static str> {
    const EXPECTED: &str = "the Sentinels' hosts separated by commas, and the name of the master \
                            after them, as in \
                            redis-sentinel://[user:password@]host:26379,host:26379/mymaster, with \
                            the number of a database behind the name, if it isn't 0";
    let (hosts, path) = split(rest).ok_or(EXPECTED)?;
    let (master, database) = path.split_once('/').unwrap_or((path, ""));
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let has_name = !master.is_empty() && master.chars().all(is_letter);
    if are_hosts(hosts) && has_name && is_database(database) { Ok(()) } else { Err(EXPECTED) }
}

fn cluster(rest: &str) -> Result<(), &'static str> {
    const EXPECTED: &str = "hosts of the Cluster separated by commas and nothing after them, since \
                            a Cluster has no databases, as in \
                            redis-cluster://[user:password@]host:6379,host:6379";
    let (hosts, path) = split(rest).ok_or(EXPECTED)?;
    if are_hosts(hosts) && path.is_empty() { Ok(()) } else { Err(EXPECTED) }
}

/// The hosts with what introduces one to them, and the path.
fn split(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.strip_prefix("//")?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

fn are_hosts(authority: &str) -> bool {
    let (credentials, hosts) = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => (format!("{credentials}@"), hosts),
        None => (String::new(), authority),
    };
    let is_host =
        |host: &str| !host.is_empty() && server(&format!("redis://{credentials}{host}")).is_ok();
    hosts.split(',').all(is_host)
}

fn is_database(text: &str) -> bool {
    text.is_empty() || text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{ANY, check, is_of_sentinels};

    #[test]
    fn every_form_is_taken() {
        for url in [
            "redis://redis:6379",
            "redis://:p%40ss@h:1/0",
            "rediss://me:p@h/3",
            "redis+unix:///run/redis.sock",
            "redis-sentinel://a:1,b:2,c/mymaster",
            "rediss-sentinel://:p%2Fss@a,[::1]:2/my.master-1/5",
            "redis-cluster://a:1",
            "rediss-cluster://me:p@a,b:2/",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
        assert!(is_of_sentinels("rediss-sentinel://a/m") && !is_of_sentinels("rediss://a"));
    }

    #[test]
    fn what_is_wrong_is_told_by_its_form() {
        for (url, expected) in [
            ("redis:6379", "redis://"),
            ("localhost:6379", ANY),
            ("", ANY),
            ("http://redis:6379", ANY),
            ("redis-clutser://a", ANY),
            ("redis://", "host:port/database"),
            ("redis://h/abc", "host:port/database"),
            ("rediss://h:1/0#insecure", "host:port/database"),
            ("unix:", "path of a socket"),
            ("redis-sentinel://a:1,b:2", "name of the master"),
            ("redis-sentinel://a:1,,b:2/mymaster", "separated by commas"),
            ("redis-sentinel://a:1/my master", "name of the master"),
            ("redis-sentinel://a:1/mymaster/x", "number of a database"),
            ("redis-sentinel:a/mymaster", "separated by commas"),
            ("redis-cluster://a:1/1", "no databases"),
            ("redis-cluster://a:99999", "separated by commas"),
            ("redis-cluster://", "separated by commas"),
        ] {
            let found = check(url).expect_err(url);
            assert!(found.contains(expected), "{url}: {found}");
        }
    }
}
