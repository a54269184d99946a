//! Certificates for Redis servers over TLS, from an authority of the test's own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An authority, and a certificate from it for a server on this machine. The files go when it is
/// dropped.
pub struct PrivateAuthority {
    directory: PathBuf,
    certificate: String,
}

impl PrivateAuthority {
    /// Makes both.
    ///
    /// # Panics
    /// If there is no place for the files.
    #[must_use]
    pub fn new() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("openclaw-tls-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory).expect("a directory for certificates");
        let mut authority = CertificateParams::new(Vec::new()).expect("an authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("the authority's key");
        let issuer = CertifiedIssuer::self_signed(authority, key).expect("the authority");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let server = CertificateParams::new(names).expect("a server");
        let key = KeyPair::generate().expect("the server's key");
        let signed = server.signed_by(&key, &issuer).expect("the server's certificate");
        let made = Self { directory, certificate: issuer.pem() };
        std::fs::write(made.file("ca.pem"), issuer.pem()).expect("the authority's file");
        std::fs::write(made.file("server.pem"), signed.pem()).expect("the certificate's file");
        std::fs::write(made.file("server.key"), key.serialize_pem()).expect("the key's file");
        made
    }

    /// The authority's certificate, in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.certificate
    }

    /// The file that holds it.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.file("ca.pem")
    }

    /// What makes a Redis server speak TLS on this port, too.
    #[must_use]
    pub fn server_options(&self, port: u16) -> Vec<String> {
        let file = |name: &str| self.file(name).to_string_lossy().into_owned();
        let options: [(&str, String); 5] = [
            ("--tls-port", port.to_string()),
            ("--tls-cert-file", file("server.pem")),
            ("--tls-key-file", file("server.key")),
            ("--tls-ca-cert-file", file("ca.pem")),
            ("--tls-auth-clients", "no".to_owned()),
        ];
        options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect()
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new(&self.directory).join(name)
    }
}

impl Default for PrivateAuthority {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for PrivateAuthority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
