//! What the insurers told about a person: the Individual Number and the basic five items, as one sealed value.

use pmh_domain::{Address, BasicFive, Date, IndividualNumber, PersonName, PersonNameKana, Sex};
use pmh_service::Refused;
use pmh_wire::{BasicFiveInfo, Code};
use zeroize::Zeroizing;

/// Control characters are refused in every item, so U+0000 can stand between them.
const SEPARATOR: char = '\0';

#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) number: IndividualNumber,
    pub(crate) basic_five: BasicFive,
}

impl Identity {
    /// From a body; a refusal names the member, never its value.
    pub(crate) fn parse(my_number: &str, five: &BasicFiveInfo) -> Result<Self, Refused> {
        Ok(Self {
            number: IndividualNumber::parse(my_number).map_err(|_| invalid("myNumber"))?,
            basic_five: BasicFive {
                name: PersonName::parse(&five.name).map_err(|_| invalid("basicFiveInfo.name"))?,
                name_kana: PersonNameKana::parse(&five.name_kana)
                    .map_err(|_| invalid("basicFiveInfo.nameKana"))?,
                address: Address::parse(&five.address).map_err(|_| invalid("basicFiveInfo.address"))?,
                date_of_birth: Date::parse(&five.date_of_birth)
                    .map_err(|_| invalid("basicFiveInfo.dateOfBirth"))?,
                sex: Sex::parse(&five.sex).map_err(|_| invalid("basicFiveInfo.sex"))?,
            },
        })
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let five = &self.basic_five;
        let items = [
            self.number.expose(),
            five.name.expose(),
            five.name_kana.expose(),
            five.address.expose(),
            &five.date_of_birth.to_string(),
            five.sex.code(),
        ];
        let mut bytes = Zeroizing::new(Vec::new());
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                bytes.push(SEPARATOR as u8);
            }
            bytes.extend_from_slice(item.as_bytes());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut items = text.split(SEPARATOR);
        let mut next = || items.next();
        let identity = Self {
            number: IndividualNumber::parse(next()?).ok()?,
            basic_five: BasicFive {
                name: PersonName::parse(next()?).ok()?,
                name_kana: PersonNameKana::parse(next()?).ok()?,
                address: Address::parse(next()?).ok()?,
                date_of_birth: Date::parse(next()?).ok()?,
                sex: Sex::parse(next()?).ok()?,
            },
        };
        items.next().is_none().then_some(identity)
    }
}

fn invalid(field: &str) -> Refused {
    Code::InvalidMember.problem().at_field(field).into()
}
