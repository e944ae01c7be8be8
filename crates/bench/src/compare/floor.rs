//! The floor: what an HTTPS server of the same stack does when nothing is to do. `axum` and `rustls` with client
//! certificate, none of our layers, a constant in the place of an answer.
//!
//! A second listener asks for no certificate: `wrk` has none to show. A certificate costs at the handshake alone, and
//! connections are kept.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use pmh_wire::paths;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Serves until the process ends. `told` learns both addresses: with client certificate and without.
pub async fn serve(pki: &Path, bytes: usize, told: impl FnOnce(SocketAddr, SocketAddr)) -> Result<()> {
    let bind = async || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let (checked, open) = (bind().await?, bind().await?);
    told(checked.local_addr()?, open.local_addr()?);
    let router = router(bytes);
    tokio::try_join!(
        accept(checked, tls(pki, true)?, router.clone()),
        accept(open, tls(pki, false)?, router)
    )?;
    Ok(())
}

fn router(bytes: usize) -> Router {
    let mut constant = br#"{"answeredAt":"2026-10-01T09:00:00.000+09:00","subsidies":[""#.to_vec();
    constant.resize(bytes.saturating_sub(3).max(constant.len()), b'-');
    constant.extend_from_slice(b"\"]}");
    let constant = Bytes::from(constant);
    let answer = move |_question: Bytes| async move {
        ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], constant)
    };
    Router::new().route(paths::QUERIES, post(answer))
}

fn tls(pki: &Path, asks_for_certificate: bool) -> Result<TlsAcceptor> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&[&TLS13])?;
    let builder = if asks_for_certificate {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(pki.join("ca.pem"))?)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let certificate =
        CertificateDer::from_pem_file(pki.join("hub-hub.pem")).context("the hub's certificate")?;
    let key = PrivateKeyDer::from_pem_file(pki.join("hub-hub.key")).context("the hub's key")?;
    Ok(Arc::new(builder.with_single_cert(vec![certificate], key)?).into())
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, router: Router) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (tls, router) = (tls.clone(), router.clone());
        tokio::spawn(async move {
            // Who fails to shake hands, or hangs up, is no matter of the floor's.
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = TowerToHyperService::new(router);
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
        });
    }
}
