//! Redis: its address in all forms, and what goes with it.

use secrecy::ExposeSecret;

use crate::support::{Directory, error, settings, warnings};

#[test]
fn all_that_it_takes_to_reach_redis_is_read() {
    let directory = Directory::new();
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    directory.write("ca.pem", pem).write("password", "hush\n").write(
        "config/openclaw.json",
        "{ store: { redisUrl: 'rediss-sentinel://:a@h:1,i/mymaster/3', redisCaFile: 'ca.pem', \
         sentinelPasswordFile: 'password', replicasToAcknowledge: 2 } }",
    );
    let loaded = directory.load(&[]).unwrap();
    assert_eq!(loaded.warnings, []);
    let settings = loaded.settings;
    let url = settings.redis_url.unwrap();
    assert_eq!(url.expose_secret(), "rediss-sentinel://:a@h:1,i/mymaster/3");
    assert_eq!(settings.redis.authority.as_deref(), Some(pem.as_bytes()));
    assert_eq!(settings.redis.sentinel_password.unwrap().expose_secret(), "hush");
    assert_eq!(settings.redis.replicas_to_acknowledge, 2);
}

#[test]
fn nothing_of_it_need_be_set() {
    let redis = settings("{ store: { redisUrl: 'redis-cluster://a,b' } }", &[]).redis;
    assert!(redis.authority.is_none() && redis.sentinel_password.is_none());
    assert_eq!(redis.replicas_to_acknowledge, 0);
}

#[test]
fn a_wrong_address_is_told_by_its_form_and_not_shown() {
    let text = "{ store: { redisUrl: 'redis-sentinel://:hush@a:1' } }";
    let found = error(text, &[]);
    assert!(found.contains("store.redisUrl = (hidden): expected the Sentinels' hosts"), "{found}");
    assert!(!found.contains("hush"), "{found}");
}

#[test]
fn a_file_that_holds_no_certificate_is_refused() {
    let url = "redisUrl: 'rediss://h'";
    let missing = error(&format!("{{ store: {{ {url}, redisCaFile: 'nowhere.pem' }} }}"), &[]);
    assert!(missing.contains("expected a readable file of certificates in PEM"), "{missing}");
    let directory = Directory::new();
    let text = format!("{{ store: {{ {url}, redisCaFile: 'key' }} }}");
    directory.write("key", "-----BEGIN PRIVATE KEY-----").write("config/openclaw.json", text);
    let refused = directory.load(&[]).unwrap_err().to_string();
    assert!(refused.contains("found no `-----BEGIN CERTIFICATE-----` in it"), "{refused}");
}

#[test]
fn what_does_nothing_with_the_address_is_warned_of() {
    let directory = Directory::new();
    directory.write("ca.pem", "-----BEGIN CERTIFICATE-----").write(
        "config/openclaw.json",
        "{ store: { redisUrl: 'redis://h', redisCaFile: 'ca.pem', sentinelPassword: 'a' } }",
    );
    let loaded = directory.load(&[]).unwrap();
    let found: Vec<_> = loaded.warnings.iter().map(|warning| warning.headline()).collect();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("store.redisCaFile: does nothing"), "{found:#?}");
    assert!(found[1].contains("store.sentinelPassword: does nothing"), "{found:#?}");
    let misspelt = warnings("{ store: { redisCAFile: 'x' } }");
    assert!(misspelt[0].contains("redisCaFile"), "{misspelt:?}");
}
