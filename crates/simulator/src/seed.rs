//! Writes one file per party with only its share of the world.
//!
//! The world is computed once, by the program that calls this; a party reads its own file and never sees
//! another's, so no process but those that may ever holds an Individual Number in memory.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pmh_crypto::Entropy;
use pmh_service::StartError;
use pmh_wire::{
    EnrolCard, Party, SeedEligibility, SeedFile, SeedHub, SeedInstitution, SeedInstitutionName,
    SeedIntermediate, SeedMunicipality, SeedOffice, SeedPortal, SeedTenant, SubjectRecord,
};
use serde::Serialize;

use crate::first_users::{self, FirstPasswords};
use crate::population::Person;
use crate::world::{INSTITUTIONS, Office, World};

#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{path}: not a token; remove the file to have a new one made")]
    Token { path: PathBuf },
    #[error("{path}: not a list of first passwords; remove the file to have new ones made")]
    Users { path: PathBuf },
}

impl From<SeedError> for StartError {
    fn from(error: SeedError) -> Self {
        match error {
            SeedError::File { path, source } => Self::File { path, source },
            SeedError::Token { .. } | SeedError::Users { .. } => Self::Usage(error.to_string()),
        }
    }
}

/// The seed of the world that everybody gets who asks for no other. The fixtures are made from it.
pub const DEFAULT_SEED: u64 = 20_261_001;

/// What each party is given.
#[derive(Debug)]
pub struct Shares {
    pub hub: SeedHub,
    pub municipality: SeedMunicipality,
    pub intermediate: SeedIntermediate,
    pub eligibility: SeedEligibility,
    pub portal: SeedPortal,
    pub institution: SeedInstitution,
    tokens: Vec<Token>,
    /// Programs of each municipality, of which its first clerks are in charge.
    programs: Vec<Vec<String>>,
}

/// The shares of the world of this seed, with new tokens.
pub fn shares(seed: u64, entropy: &Entropy) -> Shares {
    let world = World::from_seed(seed);
    let tokens = world.offices.iter().map(|_| Token::new(entropy)).collect();
    Shares::of(&world, tokens)
}

/// As the records name them: by `programId`, or else by the certificate's type.
fn programs_of(office: &Office) -> Vec<String> {
    let of = |record: &SubjectRecord| {
        record.program_id.clone().unwrap_or_else(|| record.org_specific_certificate_type_id.clone())
    };
    office.records.iter().map(of).collect::<BTreeSet<_>>().into_iter().collect()
}

impl Shares {
    /// One token for each office.
    fn of(world: &World, tokens: Vec<Token>) -> Self {
        let tenants = world.offices.iter().zip(&tokens).map(|(office, token)| SeedTenant {
            code: office.of.code.to_string(),
            name: office.of.name().to_owned(),
            token_hash: token.hash(),
            users: Vec::new(),
        });
        let offices = world.offices.iter().map(|office| SeedOffice {
            code: office.of.code.to_string(),
            name: office.of.name().to_owned(),
            files: vec![SeedFile { name: office.file.to_owned(), records: office.records.clone() }],
        });
        let known = world.people.iter().filter(|one| one.known_to_intermediate);
        Self {
            hub: SeedHub { municipalities: tenants.collect() },
            municipality: SeedMunicipality { municipalities: offices.collect() },
            intermediate: SeedIntermediate {
                people: known.map(|one| one.person.at_intermediate()).collect(),
            },
            eligibility: SeedEligibility {
                people: world.people.iter().flat_map(|one| cards(&one.person)).collect(),
                institutions: institutions(),
            },
            portal: SeedPortal { people: world.people.iter().map(|one| one.person.at_portal()).collect() },
            institution: SeedInstitution { institutions: institutions() },
            tokens,
            programs: world.offices.iter().map(programs_of).collect(),
        }
    }

    /// The file of a party, as JSON.
    pub fn json(&self, party: Party) -> Vec<u8> {
        match party {
            Party::Hub => pretty(&self.hub),
            Party::Municipality => pretty(&self.municipality),
            Party::Intermediate => pretty(&self.intermediate),
            Party::Eligibility => pretty(&self.eligibility),
            Party::Portal => pretty(&self.portal),
            Party::Institution => pretty(&self.institution),
        }
    }

    /// Writes `seed/<party>.json`, `tokens/<code>.token` and `tokens/<code>-users.txt` under the data folder, for
    /// their owner's eyes only. A token or a first password that is there already stays, so that seeding twice
    /// locks nobody out of the hub.
    pub fn write(mut self, data: &Path) -> Result<(), SeedError> {
        let entropy = Entropy::new();
        let secrets = self.tokens.iter().zip(&self.programs);
        for (tenant, (token, programs)) in self.hub.municipalities.iter_mut().zip(secrets) {
            let path = data.join("tokens").join(format!("{}.token", tenant.code));
            tenant.token_hash = token.keep(&path)?.hash();
            let path = data.join("tokens").join(format!("{}-users.txt", tenant.code));
            let organisation = first_users::organisation(&tenant.code);
            let passwords = FirstPasswords::draw(&entropy).keep(&path, &organisation)?;
            tenant.users = passwords.users(&tenant.code, programs, &entropy);
        }
        for party in Party::ALL {
            let path = data.join("seed").join(format!("{party}.json"));
            write_private(&path, &self.json(party)).map_err(|source| SeedError::File { path, source })?;
        }
        Ok(())
    }
}

/// A municipality's bearer token: 256 bits from the operating system, base64url. It is a secret of a running
/// world, so it is never drawn from the seed; the hub gets its hash alone.
#[derive(Clone)]
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

impl Token {
    fn new(entropy: &Entropy) -> Self {
        Self(URL_SAFE_NO_PAD.encode(entropy.bytes::<32>()))
    }

    /// SHA-256 in lower-case hexadecimal.
    fn hash(&self) -> String {
        hex(&pmh_crypto::sha256(self.0.as_bytes()))
    }

    /// Writes the token, without line end: the file is the token, byte for byte. If there is a token in the
    /// file, that one.
    fn keep(&self, path: &Path) -> Result<Self, SeedError> {
        let failed = |source| SeedError::File { path: path.to_owned(), source };
        match fs::read_to_string(path) {
            Ok(text) if URL_SAFE_NO_PAD.decode(&text).is_ok_and(|bytes| bytes.len() == 32) => Ok(Self(text)),
            Ok(_) => Err(SeedError::Token { path: path.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write_private(path, self.0.as_bytes()).map_err(failed)?;
                Ok(self.clone())
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// In the order in which they were issued: the last one works.
fn cards(person: &Person) -> impl Iterator<Item = EnrolCard> {
    person.formerly_at_eligibility().into_iter().chain([person.at_eligibility()])
}

fn institutions() -> Vec<SeedInstitutionName> {
    let named =
        INSTITUTIONS.map(|one| SeedInstitutionName { code: one.code.to_owned(), name: one.name.to_owned() });
    named.into()
}

fn pretty(share: &impl Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(share).expect("a share has text keys and no failing members");
    json.push(b'\n');
    json
}

/// Whole or not at all: a reader never sees half a file.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().expect("every path here is a file in a folder");
    fs::create_dir_all(folder)?;
    let unfinished = path.with_extension("unfinished");
    let mut file = private(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// A new, empty file that its owner alone reads, where files have modes.
fn private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all that is written to it");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, os::unix::fs::PermissionsExt};

    use super::*;

    /// With tokens that are none, so that the bytes repeat.
    fn fixed(seed: u64) -> Shares {
        Shares::of(&World::from_seed(seed), vec![Token(String::new()); 4])
    }

    fn write(data: &Path) -> Result<(), SeedError> {
        shares(DEFAULT_SEED, &Entropy::new()).write(data)
    }

    fn text(shares: &Shares, party: Party) -> String {
        String::from_utf8(shares.json(party)).unwrap()
    }

    #[test]
    fn the_same_seed_makes_the_same_bytes_on_every_machine() {
        let shares = fixed(DEFAULT_SEED);
        let hashes = Party::ALL.map(|party| hex(&pmh_crypto::sha256(&shares.json(party)))[..16].to_owned());
        let expected = [
            "e26e921d67d77367",
            "224ca4e37ad29015",
            "e8f8292164bd5b39",
            "b57819d3d50d9bc8",
            "6930ef25acb0413c",
            "ac09e015d371c6eb",
        ];
        assert_eq!(hashes, expected);
    }

    #[test]
    fn another_seed_makes_other_people() {
        let other = fixed(DEFAULT_SEED + 1);
        assert!(fixed(DEFAULT_SEED).intermediate.people[100] != other.intermediate.people[100]);
    }

    /// Bytes of the shortest name, of three kanji.
    const BEGINNING: usize = 9;

    /// The parties in whose share such a value of anybody stands, wherever and in whatever member.
    fn found_in(secret: fn(&Person) -> String) -> Vec<Party> {
        let world = World::from_seed(DEFAULT_SEED);
        let shares = fixed(DEFAULT_SEED);
        let secrets: Vec<String> = world.people.iter().map(|one| secret(&one.person)).collect();
        let holds = |party: &Party| {
            let text = text(&shares, *party);
            // Most secrets are ruled out by how they begin: searching for each would take seconds.
            let begun: HashSet<&[u8]> = text.as_bytes().windows(BEGINNING).collect();
            secrets
                .iter()
                .any(|secret| begun.contains(&secret.as_bytes()[..BEGINNING]) && text.contains(secret))
        };
        Party::ALL.into_iter().filter(holds).collect()
    }

    #[test]
    fn individual_numbers_stand_with_municipalities_and_the_intermediate_server_alone() {
        let holders = found_in(|person| person.number.expose().to_owned());
        assert_eq!(holders, [Party::Municipality, Party::Intermediate]);
    }

    #[test]
    fn names_and_addresses_stand_with_municipalities_and_the_intermediate_server_alone() {
        let both = [Party::Municipality, Party::Intermediate];
        assert_eq!(found_in(|person| person.basic_five.name.expose().to_owned()), both);
        assert_eq!(found_in(|person| person.basic_five.name_kana.expose().to_owned()), both);
        assert_eq!(found_in(|person| person.basic_five.address.expose().to_owned()), both);
    }

    #[test]
    fn linking_numbers_join_intermediate_server_and_eligibility_system_alone() {
        let holders = found_in(|person| person.enrolment.linking_number.expose().to_owned());
        assert_eq!(holders, [Party::Intermediate, Party::Eligibility]);
    }

    #[test]
    fn a_renewed_card_stands_before_the_new_one_at_the_eligibility_system_and_nowhere_else() {
        let shares = fixed(DEFAULT_SEED);
        let serials: Vec<&str> =
            shares.eligibility.people.iter().map(|card| card.card_serial.as_str()).collect();
        let at = |serial| serials.iter().position(|one| *one == serial).unwrap();
        assert_eq!(at("CARD-RENEWED-OLD") + 1, at("CARD-RENEWED"));
        assert_eq!(serials.len(), shares.portal.people.len() + 1);
        assert!(!text(&shares, Party::Portal).contains("CARD-RENEWED-OLD"));
    }

    #[test]
    fn card_serials_and_portal_pseudonyms_join_eligibility_system_and_portal_alone() {
        let both = [Party::Eligibility, Party::Portal];
        assert_eq!(found_in(|person| person.enrolment.card_serial.expose().to_owned()), both);
        assert_eq!(found_in(|person| person.enrolment.portal_pseudonym.expose_text()), both);
    }

    #[test]
    fn certificates_stand_with_municipalities_alone() {
        let shares = fixed(DEFAULT_SEED);
        for party in Party::ALL {
            let holds = text(&shares, party).contains("こども医療証");
            assert_eq!(holds, party == Party::Municipality, "{party:?}");
        }
    }

    #[test]
    fn whom_insurers_have_not_told_of_is_missing_at_the_intermediate_server_alone() {
        let shares = fixed(DEFAULT_SEED);
        assert_eq!(shares.intermediate.people.len() + 1, shares.portal.people.len());
        assert!(text(&shares, Party::Eligibility).contains("CARD-NOT-FOUND"));
        assert!(!text(&shares, Party::Intermediate).contains("新谷　未央"));
    }

    #[test]
    fn every_share_is_written_for_its_owner_alone_and_the_hub_gets_hashes_of_tokens() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path()).unwrap();
        for party in Party::ALL {
            let path = folder.path().join(format!("seed/{}.json", party.as_str()));
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{party:?}");
        }
        let hub: SeedHub =
            serde_json::from_slice(&fs::read(folder.path().join("seed/hub.json")).unwrap()).unwrap();
        assert_eq!(hub.municipalities.len(), 4);
        for tenant in hub.municipalities {
            let path = folder.path().join(format!("tokens/{}.token", tenant.code));
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(tenant.token_hash, hex(&pmh_crypto::sha256(&fs::read(path).unwrap())));
            let path = folder.path().join(format!("tokens/{}-users.txt", tenant.code));
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(tenant.users.len(), 4);
        }
    }

    #[test]
    fn tokens_differ_between_worlds_of_one_seed_and_survive_a_second_seeding() {
        let token_of = |folder: &Path| fs::read_to_string(folder.join("tokens/271004.token")).unwrap();
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(one.path()).unwrap();
        write(other.path()).unwrap();
        let first = token_of(one.path());
        assert_ne!(first, token_of(other.path()));
        write(one.path()).unwrap();
        assert_eq!(token_of(one.path()), first);
    }

    #[test]
    fn a_damaged_token_is_an_error_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tokens")).unwrap();
        fs::write(folder.path().join("tokens/271004.token"), "short").unwrap();
        let error = write(folder.path()).unwrap_err();
        assert!(matches!(error, SeedError::Token { .. }), "{error}");
        assert!(!folder.path().join("seed").exists());
    }
}
