//! `openclaw-gateway certificate`: a self-signed certificate for the proxy in front, so that a
//! stack has TLS from its first start. One's own is never touched.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};

/// Ten years. Nobody but the browsers' warning vouches for it anyway, and it can't run out
/// unnoticed on a running stack.
const VALID_FOR: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The command's arguments.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The directory for tls.crt and tls.key, made if it isn't there. If both files are there,
    /// nothing is done
    #[arg(long, value_name = "DIRECTORY")]
    out: PathBuf,
    /// A host name or IP address that the certificate is for; may be given more than once
    #[arg(long = "name", value_name = "HOST", default_value = "localhost",
          value_parser = host)]
    names: Vec<String>,
}

/// Reads what a certificate can be for. A name that no client can ask for would be a certificate
/// that fits nothing.
fn host(text: &str) -> Result<String, String> {
    let is_label = |label: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=63).contains(&label.len())
            && label.chars().all(fits)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_name = name.len() <= 253 && name.split('.').all(is_label);
    if text.parse::<IpAddr>().is_ok() || is_name {
        return Ok(text.to_owned());
    }
    Err("give a host name such as shop.example or *.shop.example, without port and path, its \
         letters in ASCII (xn--…), or an IP address"
        .to_owned())
}

/// Makes the certificate, unless there is one.
#[expect(clippy::print_stderr, reason = "the command's answer to a person")]
pub(crate) fn certificate(arguments: Arguments) -> ExitCode {
    let certificate = arguments.out.join("tls.crt");
    match make(arguments) {
        Ok(Made::Now) => eprintln!("A self-signed certificate is in {}.", certificate.display()),
        Ok(Made::Before) => eprintln!("{} is there already.", certificate.display()),
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Whose certificate stands in the directory.
enum Made {
    Now,
    Before,
}

fn make(arguments: Arguments) -> anyhow::Result<Made> {
    let certificate = arguments.out.join("tls.crt");
    let key = arguments.out.join("tls.key");
    match (certificate.exists(), key.exists()) {
        (true, true) => return Ok(Made::Before),
        (false, false) => {}
        (there, _) => {
            let (there, missing) = if there { (certificate, key) } else { (key, certificate) };
            bail!(
                "{} is there and {} is not: add it, or remove the other to get a self-signed pair",
                there.display(),
                missing.display()
            );
        }
    }
    let pair = self_signed(arguments.names)?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(&arguments.out)
        .with_context(|| format!("the directory {} can't be made", arguments.out.display()))?;
    write(&key, &pair.key, 0o640)?;
    write(&certificate, &pair.certificate, 0o644)?;
    Ok(Made::Now)
}

/// A certificate and its key, as PEM.
struct Pair {
    certificate: String,
    key: String,
}

fn self_signed(names: Vec<String>) -> anyhow::Result<Pair> {
    let first = names.first().cloned().unwrap_or_default();
    let mut parameters = CertificateParams::new(names)
        .with_context(|| "a name of the certificate is no host name and no IP address")?;
    parameters.distinguished_name.push(DnType::CommonName, first);
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // A clock that is a little behind must not find it not valid yet.
    let now = SystemTime::now();
    parameters.not_before = (now - Duration::from_secs(24 * 60 * 60)).into();
    parameters.not_after = (now + VALID_FOR).into();
    let key = KeyPair::generate().context("no key can be made")?;
    let certificate = parameters.self_signed(&key).context("no certificate can be made")?;
    Ok(Pair { certificate: certificate.pem(), key: key.serialize_pem() })
}

/// A file that is new, so that nobody's own is ever overwritten.
fn write(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{} can't be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_a_client_can_ask_for() {
        for good in ["localhost", "shop.example", "*.shop.example", "10.0.0.7", "::1", "oc_nginx"] {
            assert_eq!(host(good).as_deref(), Ok(good));
        }
        let long = "x".repeat(64);
        for bad in ["", "bad name", "shop..example", "-a.example", "https://a", "a:443", "ä", &long]
        {
            assert!(host(bad).unwrap_err().contains("host name"), "{bad}");
        }
    }
}
