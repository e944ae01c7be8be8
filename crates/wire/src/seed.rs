//! Seed files: one per party, with only its share of the world.

use serde::{Deserialize, Serialize};

use crate::{
    EnrolAccount, EnrolCard, EnrolPerson, SubjectRecord, UserApplication, redaction::redacted_debug,
};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedHub {
    pub municipalities: Vec<SeedTenant>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedTenant {
    pub code: String,
    pub name: String,
    /// SHA-256 of the municipality's bearer token, lower-case hexadecimal; the hub never has the token.
    pub token_hash: String,
    /// Accounts that the municipality begins with. Kept, and without effect, as long as the hub does not ask
    /// for users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<SeedUser>,
}

/// An account that was applied for, approved and given its first password before the world began.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedUser {
    pub institution_master_id: String,
    pub application: UserApplication,
    /// Of the first password, as Argon2id text. An unattended system has none: its credential is the
    /// municipality's bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedIntermediate {
    pub people: Vec<EnrolPerson>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedEligibility {
    pub people: Vec<EnrolCard>,
    pub institutions: Vec<SeedInstitutionName>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedPortal {
    pub people: Vec<EnrolAccount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedInstitution {
    pub institutions: Vec<SeedInstitutionName>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedInstitutionName {
    pub code: String,
    pub name: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedMunicipality {
    pub municipalities: Vec<SeedOffice>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedOffice {
    pub code: String,
    pub name: String,
    pub files: Vec<SeedFile>,
}

/// A file of records as the back-office system would send it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedFile {
    pub name: String,
    pub records: Vec<SubjectRecord>,
}

redacted_debug!(
    SeedHub,
    SeedTenant,
    SeedUser,
    SeedIntermediate,
    SeedEligibility,
    SeedPortal,
    SeedMunicipality,
    SeedOffice,
    SeedFile
);
