//! N: Individual Numbers that cannot change or join.

use pmh_wire::{Code, Door, NumberCommand, paths};

use super::Drawn;
use crate::support::TestDatabase;
use crate::support::people::person;
use crate::support::world::World;

pub(super) async fn draw(drawn: &mut Drawn, place: &TestDatabase) {
    let world = World::whole(place).await;
    let number = |at| person(at).my_number;
    let cases = [
        (
            Code::NumberNotEnrolled,
            NumberCommand::Change { my_number: number(900), new_my_number: number(901) },
        ),
        (Code::NumberTaken, NumberCommand::Change { my_number: number(0), new_my_number: number(1) }),
        (
            Code::JoinedOtherwise,
            NumberCommand::Join { retired_my_number: number(0), surviving_my_number: number(0) },
        ),
    ];
    for (code, command) in cases {
        let refused = world.post_plain(Door::IntermediateAdmin, paths::ADMIN_NUMBERS, &command).await;
        drawn.refused(code, &refused);
    }
}
