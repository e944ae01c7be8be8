//! The keys of the portal: one ring for what is sealed, one index key for what is only compared. Both are made
//! at the first start, wrapped by the master key.

use pmh_crypto::{
    Area, BlindIndexKey, DataKey, Entropy, KeyState, MasterKey, Place, Ring, Sealed, UnwrapError, WrapPlace,
};
use pmh_domain::{CardSerial, Date, PmhId, PmhPseudonym, PortalPseudonym};
use pmh_service::StartError;
use pmh_store::{Store, StoreError};
use pmh_wire::Party;

use crate::store::account::Card;
use crate::store::introduction::Introduction;
use crate::store::key;

const PARTY: &str = "portal";
const FIRST_VERSION: u32 = 1;
const INDEX: &str = "index";
/// A pseudonym is written once, so its row has no other version.
const PSEUDONYM_VERSION: i64 = 1;

pub(crate) struct Keys {
    ring: Ring,
    index: BlindIndexKey,
    entropy: Entropy,
}

impl Keys {
    pub(crate) async fn load(
        store: &Store,
        master: &MasterKey,
        entropy: Entropy,
    ) -> Result<Self, StartError> {
        let mut tx = store.write().await?;
        let mut ring = Ring::new(PARTY, Area::Identity);
        let mut wrapped = key::list_data_keys(&mut tx).await?;
        if wrapped.is_empty() {
            let made = DataKey::generate(&entropy).wrap(master, &entropy, place(FIRST_VERSION));
            key::add_data_key(&mut tx, FIRST_VERSION.into(), &made).await?;
            wrapped.push((FIRST_VERSION.into(), made));
        }
        for (key_version, wrapped) in wrapped {
            let version = u32::try_from(key_version).map_err(|_| damaged("data_key", "key_version"))?;
            let data_key = DataKey::unwrap(master, &wrapped, place(version)).map_err(not_ours)?;
            ring.add(version, data_key, KeyState::Active);
        }
        let index = if let Some(wrapped) = key::find_index_key(&mut tx, INDEX).await? {
            BlindIndexKey::unwrap(master, &wrapped, index_place()).map_err(not_ours)?
        } else {
            let made = BlindIndexKey::generate(&entropy);
            key::add_index_key(&mut tx, INDEX, &made.wrap(master, &entropy, index_place())).await?;
            made
        };
        tx.commit().await?;
        Ok(Self { ring, index, entropy })
    }

    pub(crate) fn card_tag(&self, card: &CardSerial) -> [u8; 32] {
        self.index.tag("card-serial", card.expose().as_bytes())
    }

    pub(crate) fn portal_tag(&self, pseudonym: &PortalPseudonym) -> [u8; 32] {
        self.index.tag("portal-pseudonym", pseudonym.expose_bytes())
    }

    pub(crate) fn session_tag(&self, token: &str) -> [u8; 32] {
        self.index.tag("session", token.as_bytes())
    }

    /// A PIN has four digits: a salted hash alone falls to ten thousand guesses, so the hash is keyed as well.
    pub(crate) fn pin_hash(&self, salt: &[u8], pin: &str) -> [u8; 32] {
        self.index.tag("pin", &[salt, pin.as_bytes()].concat())
    }

    pub(crate) fn seal_valid_to(&self, portal_tag: &[u8], version: i64, valid_to: Date) -> Sealed {
        self.seal(&valid_to_place(portal_tag, version), valid_to.to_string().as_bytes())
    }

    pub(crate) fn open_valid_to(&self, card: &Card) -> Result<Option<Date>, StoreError> {
        let Some(sealed) = &card.valid_to else { return Ok(None) };
        self.open::<10>(&valid_to_place(&card.portal_tag, card.version), sealed)
            .and_then(|bytes| Date::parse(std::str::from_utf8(&bytes).ok()?).ok())
            .map(Some)
            .ok_or_else(|| damaged("account", "valid_to"))
    }

    pub(crate) fn seal_pmh_id(&self, portal_tag: &[u8], version: i64, pmh_id: &PmhId) -> Sealed {
        self.seal(&pmh_id_place(portal_tag, version), pmh_id.expose_bytes())
    }

    pub(crate) fn open_pmh_id(&self, portal_tag: &[u8], waiting: &Introduction) -> Result<PmhId, StoreError> {
        self.open(&pmh_id_place(portal_tag, waiting.version), &waiting.sealed_pmh_id)
            .map(PmhId::from_bytes)
            .ok_or_else(|| damaged("introduction", "pmh_id"))
    }

    pub(crate) fn seal_pseudonym(&self, portal_tag: &[u8], pseudonym: &PmhPseudonym) -> Sealed {
        self.seal(&pseudonym_place(portal_tag), pseudonym.expose_bytes())
    }

    pub(crate) fn open_pseudonym(
        &self,
        portal_tag: &[u8],
        sealed: &[u8],
    ) -> Result<PmhPseudonym, StoreError> {
        self.open(&pseudonym_place(portal_tag), sealed)
            .map(PmhPseudonym::from_bytes)
            .ok_or_else(|| damaged("pseudonym", "pmh_pseudonym"))
    }

    fn seal(&self, place: &Place<'_>, value: &[u8]) -> Sealed {
        self.ring.seal(&self.entropy, place, value)
    }

    fn open<const N: usize>(&self, place: &Place<'_>, sealed: &[u8]) -> Option<[u8; N]> {
        let sealed = Sealed::from_bytes(sealed.to_vec()).ok()?;
        let opened = self.ring.open(place, &sealed).ok()?;
        opened.as_slice().try_into().ok()
    }
}

fn pmh_id_place(row: &[u8], version: i64) -> Place<'_> {
    Place { party: PARTY, partition: PARTY, table: "introduction", column: "pmh_id", row, version }
}

fn valid_to_place(row: &[u8], version: i64) -> Place<'_> {
    Place { party: PARTY, partition: PARTY, table: "account", column: "valid_to", row, version }
}

fn pseudonym_place(row: &[u8]) -> Place<'_> {
    let version = PSEUDONYM_VERSION;
    Place { party: PARTY, partition: PARTY, table: "pseudonym", column: "pmh_pseudonym", row, version }
}

fn place(version: u32) -> WrapPlace<'static> {
    WrapPlace { party: PARTY, partition: PARTY, purpose: Area::Identity.as_str(), version }
}

fn index_place() -> WrapPlace<'static> {
    WrapPlace { party: PARTY, partition: PARTY, purpose: INDEX, version: FIRST_VERSION }
}

fn not_ours(_: UnwrapError) -> StartError {
    StartError::WrongMasterKey(Party::Portal)
}

fn damaged(table: &'static str, column: &'static str) -> StoreError {
    StoreError::Inconsistent { table, column }
}
