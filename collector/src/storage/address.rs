//! Where the database is, and how to get there.

use super::driver::{self, Error};
use anyhow::{Context, Result, bail};
use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long connecting may take, unless the address says.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long data may stay unacknowledged before a connection is lost.
const TCP_TIMEOUT: Duration = Duration::from_secs(20);

/// What `--database` names.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A database of PostgreSQL.
    Postgres(Box<Server>),
}

/// A PostgreSQL server and how to reach it.
#[derive(Clone)]
pub(crate) struct Server {
    config: Config,
    /// With TLS, always verified.
    tls: Option<MakeRustlsConnect>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The configuration holds a password.
        formatter.write_str("Server")
    }
}

impl Address {
    /// Reads `sqlite://PATH` or a PostgreSQL URL. Errors never repeat the
    /// URL, which may carry a password.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() {
                bail!("--database names no file after sqlite://");
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(Box::new(Server::parse(url)?)));
        }
        bail!("--database must be sqlite:// followed by a path, or a postgres:// URL");
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(formatter),
            Self::Postgres(server) => {
                let name = server.config.get_dbname().unwrap_or("of the user's name");
                write!(formatter, "{name} on PostgreSQL")
            }
        }
    }
}

impl Server {
    fn parse(url: &str) -> Result<Self> {
        let Parameters {
            url,
            mode,
            root_file,
        } = Parameters::take(url)?;
        let mut config: Config = url
            .parse()
            .context("--database is not a PostgreSQL URL that can be read")?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(TCP_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("tidegate-collector");
        }
        let is_far = config.get_hosts().iter().any(|host| !is_near(host));
        let with_tls = match mode.as_deref() {
            None => is_far || root_file.is_some(),
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            Some(_) => bail!(
                "sslmode in --database is disable, require or verify-full; \
                 the last two are the same here: the certificate is always checked"
            ),
        };
        config.ssl_mode(if with_tls {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        let tls = with_tls
            .then(|| connector(root_file.map(PathBuf::from)))
            .transpose()?;
        Ok(Self { config, tls })
    }

    /// Connects. Blocks.
    pub(crate) fn connect(&self) -> driver::Result<Client> {
        let client = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        };
        client.map_err(Error::from)
    }
}

/// Whether nobody else can listen on the way there.
fn is_near(host: &Host) -> bool {
    match host {
        #[cfg(unix)]
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
    }
}

/// A connection that trusts the roots in `file`, or those of browsers.
fn connector(file: Option<PathBuf>) -> Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    match file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let context = || format!("sslrootcert in --database: {}", file.display());
            for certificate in CertificateDer::pem_file_iter(&file).with_context(context)? {
                let certificate = certificate.with_context(context)?;
                roots.add(certificate).with_context(context)?;
            }
            if roots.is_empty() {
                bail!(
                    "sslrootcert in --database: no certificate in {}",
                    file.display()
                );
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// A URL without what the driver does not know.
struct Parameters {
    url: String,
    mode: Option<String>,
    root_file: Option<String>,
}

impl Parameters {
    fn take(url: &str) -> Result<Self> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut taken = Self {
            url: base.to_owned(),
            mode: None,
            root_file: None,
        };
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => taken.mode = Some(decode(value)?),
                Some(("sslrootcert", value)) => taken.root_file = Some(decode(value)?),
                _ => rest.push(pair),
            }
        }
        if !rest.is_empty() {
            taken.url = format!("{base}?{}", rest.join("&"));
        }
        Ok(taken)
    }
}

/// Takes `%XX` out of a value.
fn decode(value: &str) -> Result<String> {
    let parsed = reqwest::Url::parse(&format!("any:?value={value}"))
        .context("a parameter of --database cannot be read")?;
    Ok(parsed
        .query_pairs()
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn has_tls(url: &str) -> bool {
        match Address::parse(url).unwrap() {
            Address::Postgres(server) => {
                assert_eq!(
                    server.config.get_ssl_mode() == SslMode::Require,
                    server.tls.is_some()
                );
                server.tls.is_some()
            }
            Address::Sqlite(_) => panic!("{url}"),
        }
    }

    #[test]
    fn what_goes_over_a_network_is_encrypted_unless_told_otherwise() {
        assert!(has_tls("postgres://u:p@db.example/t"));
        assert!(has_tls("postgres://u:p@10.0.0.1/t?sslmode=verify-full"));
        assert!(has_tls("postgres://localhost,db.example/t"));
        assert!(has_tls("postgres://localhost/t?sslmode=require"));
        assert!(!has_tls("postgres://u:p@db.example/t?sslmode=disable"));
        for near in ["localhost", "127.0.0.1", "[::1]", "%2Frun%2Fpostgresql"] {
            assert!(!has_tls(&format!("postgresql://{near}:5433/t")), "{near}");
        }
        assert!(!has_tls("postgres:///t?host=/run/postgresql"));
    }

    #[test]
    fn an_address_that_cannot_be_read_is_refused_without_repeating_it() {
        for wrong in [
            "",
            "tidegate.db",
            "sqlite://",
            "mysql://secret@host/t",
            "postgres://u:secret@host:port/t",
            "postgres://u:secret@host/t?sslmode=prefer",
            "postgres://u:secret@host/t?sslmode=verify-ca",
            "postgres://u:secret@host/t?sslrootcert=/nowhere/secret",
        ] {
            let error = format!("{:#}", Address::parse(wrong).unwrap_err());
            assert!(error.contains("--database"), "{error}");
            assert!(!error.contains("u:secret"), "{error}");
        }
    }
}
