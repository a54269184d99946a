//! TLS, with the certificate that the deployment makes for itself.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use support::gateway_process::run_gateway;
use support::nginx::{Nginx, NginxOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::upstream::{Does, Upstream};

/// One GET over TLS by a client that trusts nothing but the proxy's own certificate.
async fn get(nginx: &Nginx, name: &'static str, path: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(nginx.certificate().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", nginx.https_port())).await?;
    let name = ServerName::try_from(name).unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn over_tls_all_is_served_as_shipped() {
    let upstream = Upstream::start(Does::answers("200 OK", "ok")).await;
    let nginx = Nginx::start(&NginxOptions::shipped(&[upstream.port()]));
    for path in ["/", "/api/v1/message", "/webhooks/telegram", "/healthz"] {
        let answer = get(&nginx, "localhost", path).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        assert!(answer.contains("Strict-Transport-Security: max-age=31536000"), "{answer}");
    }
    assert_eq!(upstream.seen()[0].header("x-forwarded-proto"), Some("https"));
    let hidden = get(&nginx, "localhost", "/metrics").await.unwrap();
    assert!(hidden.starts_with("HTTP/1.1 404"), "{hidden}");
}

#[tokio::test]
async fn the_certificate_is_for_the_names_that_were_asked_for_only() {
    let nginx = Nginx::start(&NginxOptions::shipped(&[1]));
    let refused = get(&nginx, "example.org", "/nginx-health").await.unwrap_err();
    assert!(refused.to_string().contains("not valid for name"), "{refused}");
}

struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("openclaw-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Asks the gateway for a certificate here.
    fn certify(&self) -> (Option<i32>, String) {
        let out = self.0.to_str().unwrap();
        let arguments =
            ["certificate", "--out", out, "--name", "shop.example", "--name", "10.0.0.7"];
        let output = run_gateway(&arguments, &self.0, &[]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_certificate_that_is_there_is_never_touched() {
    let directory = Directory::new("certified");
    assert_eq!(directory.certify().0, Some(0));
    let before = (directory.read("tls.crt"), directory.read("tls.key"));
    let (code, said) = directory.certify();
    assert_eq!(code, Some(0));
    assert!(said.contains("there already"), "{said}");
    assert_eq!((directory.read("tls.crt"), directory.read("tls.key")), before);
}

#[test]
fn half_of_a_pair_is_not_completed_with_another_one_s_half() {
    let directory = Directory::new("half-certified");
    std::fs::write(directory.0.join("tls.crt"), "my own").unwrap();
    let (code, said) = directory.certify();
    assert_eq!(code, Some(1));
    assert!(said.contains("tls.key is not"), "{said}");
    assert_eq!(directory.read("tls.crt"), "my own");
    assert!(!directory.0.join("tls.key").exists());
}

#[test]
fn the_key_is_not_for_everyone_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = Directory::new("key");
    assert_eq!(directory.certify().0, Some(0));
    let mode = std::fs::metadata(directory.0.join("tls.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");
}
