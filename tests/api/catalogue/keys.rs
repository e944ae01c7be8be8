//! K: what cannot be done with a key as it stands.

use pmh_wire::{Code, KeyArea, KeyCommand, KeyList};

use super::Drawn;
use crate::support::TestDatabase;
use crate::support::keys::{join_as_another_process, key};
use crate::support::people::person;
use crate::support::world::{OSAKA, World};

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let (world, _intermediate) = World::hub(place).await;
    world.office(OSAKA).register(&[person(0).record()]).await;
    // Nothing becomes primary while it has not loaded the keys.
    join_as_another_process(place).await;
    let first = key(OSAKA, KeyArea::Subsidy, 1);
    let rotate = KeyCommand::Rotate { partition: OSAKA.to_owned(), area: KeyArea::Subsidy };
    world.command_keys(&rotate).await.json::<KeyList>();
    let cases = [
        (Code::RotationUnderWay, rotate),
        (Code::UnknownKey, KeyCommand::Destroy(key(OSAKA, KeyArea::Subsidy, 9))),
        (Code::KeyInUse, KeyCommand::Disable(first.clone())),
        (Code::KeyNotDisabled, KeyCommand::Destroy(first)),
        (Code::KeyRowsLeft, KeyCommand::Shred { municipality_code: OSAKA.to_owned() }),
    ];
    for (code, command) in cases {
        drawn.refused(code, &world.command_keys(&command).await);
    }
}
