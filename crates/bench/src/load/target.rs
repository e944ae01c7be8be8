//! Where the load goes: loopback, or a host that somebody named as theirs to load.
//!
//! A [`Target`] is made here alone and looks at the address itself, after every name was resolved: what is dialled
//! later is this address and no name, so nothing can be resolved to another place in between.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Hosts beside loopback that may be loaded, as they were named with `--i-may-load-this-host`.
#[derive(Clone, Debug, Default)]
pub struct Permission(Vec<String>);

#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    #[error("{host} has the address {ip}, which is not loopback")]
    NotPermitted { host: String, ip: IpAddr },
    #[error("{0} has no address")]
    NoAddress(String),
    #[error("cannot resolve {host}")]
    Unresolved { host: String, source: io::Error },
}

impl Permission {
    pub fn of(hosts: Vec<String>) -> Self {
        Self(hosts)
    }

    /// Of all the addresses that a name has, each must be permitted.
    fn check(&self, host: &str, addresses: &[SocketAddr]) -> Result<SocketAddr, TargetError> {
        let first = addresses.first().ok_or_else(|| TargetError::NoAddress(host.to_owned()))?;
        for address in addresses {
            let ip = address.ip();
            // An IPv4 address in the clothes of an IPv6 one is what it is.
            if !ip.to_canonical().is_loopback() && !self.names(host, ip) {
                return Err(TargetError::NotPermitted { host: host.to_owned(), ip });
            }
        }
        Ok(*first)
    }

    fn names(&self, host: &str, ip: IpAddr) -> bool {
        self.0.iter().any(|named| named.eq_ignore_ascii_case(host) || named.parse() == Ok(ip))
    }
}

/// The address of a host by name or number. Refused unless every address that it has is loopback, or the host was
/// named.
pub async fn resolve(host: &str, port: u16, permission: &Permission) -> Result<SocketAddr, TargetError> {
    let resolved = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<_> =
        resolved.map_err(|source| TargetError::Unresolved { host: host.to_owned(), source })?.collect();
    permission.check(host, &addresses)
}

/// Something that can be connected to.
pub trait Dial: Send {
    fn dial(&self) -> BoxFuture<'static, io::Result<Box<dyn ByteStream>>>;
}

/// A connection, of whatever kind.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for S {}

/// A permitted address, plain or by TLS.
#[derive(Clone)]
pub struct Target {
    address: SocketAddr,
    tls: Option<TlsConnector>,
}

impl Target {
    pub fn plain(address: SocketAddr, permission: &Permission) -> Result<Self, TargetError> {
        let address = permission.check(&address.ip().to_string(), &[address])?;
        Ok(Self { address, tls: None })
    }

    pub fn tls(
        address: SocketAddr,
        config: Arc<ClientConfig>,
        permission: &Permission,
    ) -> Result<Self, TargetError> {
        Ok(Self { tls: Some(config.into()), ..Self::plain(address, permission)? })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Dial for Target {
    fn dial(&self) -> BoxFuture<'static, io::Result<Box<dyn ByteStream>>> {
        let Self { address, tls } = self.clone();
        async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let Some(tls) = tls else { return Ok(Box::new(stream) as Box<dyn ByteStream>) };
            let name = ServerName::IpAddress(address.ip().into());
            Ok(Box::new(tls.connect(name, stream).await?) as Box<dyn ByteStream>)
        }
        .boxed()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({}, tls: {})", self.address, self.tls.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(address: &str, named: &[&str]) -> Result<Target, String> {
        let permission = Permission::of(named.iter().map(|host| (*host).to_owned()).collect());
        Target::plain(address.parse().unwrap(), &permission).map_err(|error| error.to_string())
    }

    #[test]
    fn anything_but_loopback_is_refused_unless_it_was_named() {
        for loopback in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(target(loopback, &[]).is_ok(), "{loopback}");
        }
        for other in
            ["192.0.2.1:1", "10.0.0.1:1", "0.0.0.0:1", "[::]:1", "[2001:db8::1]:1", "[::ffff:192.0.2.1]:1"]
        {
            assert!(target(other, &[]).is_err(), "{other}");
            assert!(target(other, &["192.0.2.2", "example.com"]).is_err(), "{other}");
        }
        assert!(target("192.0.2.1:1", &["192.0.2.1"]).is_ok());
        assert!(target("[2001:db8::1]:1", &["2001:DB8:0::1"]).is_ok());
    }

    #[test]
    fn a_name_with_one_address_that_is_not_loopback_is_refused() {
        let addresses: Vec<SocketAddr> =
            ["127.0.0.1:1", "192.0.2.7:1"].map(|address| address.parse().unwrap()).into();
        let nobody = Permission::default();
        let error = nobody.check("hub.example", &addresses).unwrap_err().to_string();
        assert_eq!(error, "hub.example has the address 192.0.2.7, which is not loopback");
        assert!(nobody.check("hub.example", &addresses[..1]).is_ok());
        assert!(Permission::of(vec!["HUB.example".to_owned()]).check("hub.example", &addresses).is_ok());
        assert!(nobody.check("hub.example", &[]).is_err());
    }

    #[tokio::test]
    async fn a_name_is_resolved_before_it_is_judged() {
        let address = resolve("localhost", 80, &Permission::default()).await.unwrap();
        assert!(address.ip().is_loopback());
        let refused = resolve("192.0.2.1", 80, &Permission::default()).await.unwrap_err();
        assert!(matches!(refused, TargetError::NotPermitted { .. }));
    }
}
