//! Who may depend on whom: `domain <- wire, crypto <- store, audit-verify <- service <- parties <- simulator, bench <-
//! pmh-sim`.

use std::collections::BTreeMap;

use cargo_metadata::{Dependency, Metadata, MetadataCommand, Package};

use super::{
    assert_none, licences,
    tree::{Tree, root},
};

/// A crate depends on crates of lower layers only, so crates of one layer never see each other: no party knows
/// another one.
const LAYERS: &[&[&str]] = &[
    &["pmh-domain"],
    &["pmh-wire", "pmh-crypto"],
    &["pmh-store", "pmh-audit-verify"],
    &["pmh-service", "pmh-fuzzed"],
    PARTIES,
    &["pmh-simulator", "pmh-bench"],
    &["pmh-sim"],
];

const PARTIES: &[&str] =
    &["pmh-municipality", "pmh-hub", "pmh-intermediate", "pmh-eligibility", "pmh-portal", "pmh-institution"];

/// Depend on no crate of the layers: `xtask` must run when they do not compile.
const APART: &[&str] = &["xtask", CLUSTER];

/// Started by the checks and by measurements.
const CLUSTER: &str = "pmh-cluster";
const CLUSTER_USERS: &[&str] = &["xtask", "pmh-bench"];

/// What a crate never depends on, even where the layers would not mind.
const NEVER: &[(&str, &[&str])] = &[
    ("pmh-domain", &["tokio", "axum", "sqlx", "ring", "hyper", "rustls", "serde"]),
    ("pmh-wire", &["tokio", "axum", "sqlx", "ring", "hyper", "rustls", "pmh-crypto"]),
    ("pmh-crypto", &["tokio", "axum", "sqlx", "hyper", "rustls", "serde_json"]),
    ("pmh-audit-verify", &["tokio", "axum", "sqlx", "hyper", "rustls"]),
    ("pmh-store", &["axum", "hyper", "rustls", "pmh-wire"]),
    ("pmh-service", &["sqlx"]),
    // It knows a party by its doors, as a load on somebody else's hub does.
    ("pmh-bench", PARTIES),
];

/// TLS and cryptography come from rustls and ring alone.
const BANNED: &[&str] = &["aws-lc-sys", "aws-lc-rs", "openssl-sys", "openssl", "native-tls"];

/// Beside the store and the parties: the simulator looks into the parties' databases for what must not be there,
/// and so do the tests.
const SQLX_BESIDE: &[&str] = &["pmh-store", "pmh-simulator"];

fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml"));
    // Other platforms' crates were not downloaded to build this one.
    command.other_options(vec!["--filter-platform".to_owned(), host()]);
    command.exec().unwrap()
}

fn host() -> String {
    let rustc = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(rustc.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

/// Of one direct dependency, of any kind.
fn edge_fault(from: &str, to: &str) -> Option<String> {
    if NEVER.iter().any(|(name, never)| *name == from && never.contains(&to)) {
        return Some(format!("{from} -> {to}: never"));
    }
    let known = |name: &str| layer(name).is_some() || APART.contains(&name);
    if !known(to) {
        return None;
    }
    if to == CLUSTER && CLUSTER_USERS.contains(&from) {
        return None;
    }
    match (layer(from), layer(to)) {
        (Some(upper), Some(lower)) if lower < upper => None,
        _ => Some(format!("{from} -> {to}: against the direction")),
    }
}

fn sqlx_fault(package: &Package, dependency: &Dependency) -> Option<String> {
    let name = package.name.as_str();
    let is_dev = dependency.kind == cargo_metadata::DependencyKind::Development;
    let allowed = PARTIES.contains(&name) || SQLX_BESIDE.contains(&name) || (is_dev && name == "pmh-sim");
    (dependency.name.starts_with("sqlx") && !allowed)
        .then(|| format!("{name} -> {}: only the store and the parties speak SQL", dependency.name))
}

#[test]
fn crates_depend_in_one_direction() {
    let metadata = metadata();
    let mut faults = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        if layer(name).is_none() && !APART.contains(&name) {
            faults.push(format!("{name}: in no layer of tests/tidy/crates.rs"));
        }
        for dependency in &package.dependencies {
            faults.extend(edge_fault(name, &dependency.name));
            faults.extend(sqlx_fault(package, dependency));
        }
    }
    assert_none(&faults);
    assert_eq!(
        metadata.workspace_packages().len(),
        LAYERS.iter().map(|layer| layer.len()).sum::<usize>() + APART.len(),
        "a crate of a layer is gone"
    );
}

#[test]
fn an_edge_against_the_direction_is_found() {
    for (from, to) in [
        ("pmh-hub", "pmh-portal"),
        ("pmh-wire", "pmh-crypto"),
        ("pmh-domain", "pmh-wire"),
        ("pmh-store", "pmh-service"),
        ("pmh-domain", "tokio"),
        ("xtask", "pmh-domain"),
        ("pmh-sim", "xtask"),
        ("pmh-sim", "pmh-cluster"),
        ("pmh-cluster", "pmh-domain"),
    ] {
        assert!(edge_fault(from, to).is_some(), "{from} -> {to}");
    }
    assert_eq!(edge_fault("pmh-hub", "pmh-domain"), None);
    assert_eq!(edge_fault("pmh-sim", "pmh-hub"), None);
}

#[test]
fn no_banned_crate_is_compiled_in() {
    let metadata = metadata();
    let faults: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| BANNED.contains(&package.name.as_str()))
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    assert!(metadata.packages.len() > LAYERS.len(), "no outside crate was seen");
    assert_none(&faults);
}

#[test]
fn every_licence_is_in_the_allow_list() {
    let faults: Vec<String> = metadata()
        .packages
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(licences::is_allowed))
        .map(|package| format!("{}: {}", package.name, package.license.as_deref().unwrap_or("no licence")))
        .collect();
    assert_none(&faults);
}

#[test]
fn a_party_speaks_sql_in_its_store_module_only() {
    let tree = Tree::read();
    let mut files_with_sql: BTreeMap<&str, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for (path, text) in tree.rust_under("crates/parties/") {
        if !text.contains("sqlx::") {
            continue;
        }
        let party = path.split('/').nth(2).unwrap();
        *files_with_sql.entry(party).or_default() += 1;
        if !path.contains("/src/store/") && !path.ends_with("/src/store.rs") {
            faults.push(format!("{path}: sqlx outside the store module"));
        }
    }
    assert_none(&faults);
    assert_eq!(files_with_sql.len(), PARTIES.len(), "{files_with_sql:?}");
}
