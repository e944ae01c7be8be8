//! `GET /audit/v1/export` and `POST /__admin/audit/export`: what somebody who holds the database does is found without
//! the hub, in the verifier's own words.

use std::io::BufReader;

use pmh_audit_verify::{NotChecked, Report, verify};
use pmh_crypto::{Leaf, append};
use pmh_municipality::{RegistrationClient, save_pieces};
use pmh_store::{OWNER, Store, Tx, on_connection};
use pmh_wire::audit::CheckpointBody;
use pmh_wire::audit_export::OperatorExport;
use pmh_wire::{Checkpoints, Door, Erasure, Party, SubjectRecord, paths};
use sqlx::Row;

use crate::support::answers::get;
use crate::support::erasing::{SECOND, for_everything, for_person};
use crate::support::people::person;
use crate::support::world::{OSAKA, TOKYO, World};
use crate::support::{TestDatabase, for_each_store};

pub(crate) fn client(world: &World) -> RegistrationClient {
    let hub = world.client(Party::Municipality, OSAKA, Door::HubRegistration);
    RegistrationClient::new(hub, OSAKA.parse().unwrap())
}

async fn export(world: &World) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    client(world).save_audit(&file).await.unwrap();
    std::fs::read_to_string(file).unwrap()
}

pub(crate) async fn report(world: &World, witnesses: &[CheckpointBody]) -> Report {
    verify(BufReader::new(export(world).await.as_bytes()), witnesses, &[]).0
}

pub(crate) fn found(report: &Report) -> Vec<String> {
    report.findings.iter().map(ToString::to_string).collect()
}

/// Somebody with statements of their own: as the owner on the audit, as the desk on the rows of Osaka.
struct Attacker {
    owner: Store,
    desk: Store,
    /// A lane that was ended by a restart of the hub, and how many rows it has.
    lane: Vec<u8>,
    rows: i64,
}

impl Attacker {
    /// Keeps the audit beside, to put it back.
    async fn of(place: &TestDatabase) -> Self {
        let open = async |role| pmh_hub::SCHEMA.open(place.database(), role, 1).await.unwrap();
        let owner = open(OWNER).await;
        let mut tx = owner.write().await.unwrap();
        let (lane, rows) = on_connection!(&mut tx, conn => {
            sqlx::query("CREATE TABLE kept AS SELECT * FROM audit").execute(&mut *conn).await.unwrap();
            let longest = "SELECT lane, COUNT(*) FROM audit GROUP BY lane ORDER BY 2 DESC LIMIT 1";
            let row = sqlx::query(longest).fetch_one(conn).await.unwrap();
            (row.get(0), row.get(1))
        });
        tx.commit().await.unwrap();
        Self { owner, desk: open("desk").await, lane, rows }
    }

    /// Statements about the lane, `$1`.
    async fn on_lane(&self, statements: &[&'static str]) {
        let mut tx = self.owner.write().await.unwrap();
        self.execute(&mut tx, statements).await;
        tx.commit().await.unwrap();
    }

    async fn execute(&self, tx: &mut Tx, statements: &[&'static str]) {
        for sql in statements {
            let rows = on_connection!(tx, conn =>
                sqlx::query(*sql).bind(&self.lane).execute(conn).await.unwrap().rows_affected());
            assert!(rows > 0, "{sql}");
        }
    }

    async fn put_back(&self) {
        self.on_lane(&[
            "DELETE FROM audit WHERE lane = $1",
            "INSERT INTO audit SELECT * FROM kept WHERE lane = $1",
        ])
        .await;
    }

    /// A statement on rows of Osaka.
    async fn on_rows(&self, sql: &'static str) {
        let mut tx = self.desk.write().await.unwrap();
        tx.for_municipality(OSAKA).await.unwrap();
        let rows = on_connection!(&mut tx, conn =>
            sqlx::query(sql).bind(OSAKA).execute(conn).await.unwrap().rows_affected());
        assert!(rows > 0, "{sql}");
        tx.commit().await.unwrap();
    }

    fn lane(&self) -> String {
        hex::encode(&self.lane)
    }

    /// The last row again with other acts, and a hash that fits.
    async fn write_the_end_anew(&self) {
        let mut tx = self.owner.write().await.unwrap();
        on_connection!(&mut tx, conn => {
            let before = "SELECT sequence, hash FROM audit WHERE lane = $1 AND sequence = $2 - 1";
            let row = sqlx::query(before).bind(&self.lane).bind(self.rows).fetch_one(&mut *conn).await.unwrap();
            let head = pmh_crypto::LaneHead {
                lane: self.lane.clone().try_into().unwrap(),
                sequence: row.get(0),
                hash: row.get::<Vec<u8>, _>(1).try_into().unwrap(),
            };
            let leaf = Leaf { municipality: TOKYO.to_owned(), entry_hash: [7; 32] };
            let anew = append(&head, 0, 0, &[leaf]);
            let sql = "UPDATE audit SET virtual_ms = 0, real_ms = 0, leaves = $3, hash = $4 \
                       WHERE lane = $1 AND sequence = $2";
            let query = sqlx::query(sql).bind(&self.lane).bind(self.rows).bind(&anew.leaves);
            query.bind(anew.hash.as_slice()).execute(conn).await.unwrap();
        });
        tx.commit().await.unwrap();
    }
}

/// Both municipalities' files, people numbered, and a lane that has ended.
async fn world_with_a_lane_that_ended(place: &TestDatabase) -> (World, Attacker) {
    let (mut world, _) = World::hub(place).await;
    let osaka = world.office(OSAKA);
    for n in 0..3 {
        osaka.register(&[person(n).record()]).await;
    }
    world.office(TOKYO).register(&[person(5).record()]).await;
    world.restart_hub().await;
    let attacker = Attacker::of(place).await;
    (world, attacker)
}

async fn an_untouched_export_verifies_and_holds_of_others_hashes_alone(place: &TestDatabase) {
    let (world, _) = world_with_a_lane_that_ended(place).await;
    let text = export(&world).await;
    let (report, _) = verify(BufReader::new(text.as_bytes()), &[], &[]);
    assert_eq!(found(&report), [""; 0]);
    assert_eq!(report.not_checked, [NotChecked::NoWitness]);
    assert!(report.lanes >= 2 && report.own_acts >= 9 && report.signed_heads >= 1, "{report}");
    assert_eq!(report.standing_rows, 12, "person, certificate, answer and route of three");
    let entries = text.matches("\"position\":").count() as u64;
    assert_eq!(entries, report.own_acts);
    assert!(text.contains("registration.apply") && !text.contains(&person(0).my_number));
    assert!(!text.contains(&format!("municipality:{TOKYO}")), "whose acts they are, and nothing of them");
}

async fn the_operator_gets_the_same_closed_and_the_municipality_sees_that(place: &TestDatabase) {
    let (world, _) = world_with_a_lane_that_ended(place).await;
    let request =
        OperatorExport { municipality_code: OSAKA.to_owned(), requested_by: "operator-1".to_owned() };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("closed.jsonl");
    let admin = world.plain(Door::HubAdmin);
    let pieces = admin.download(paths::ADMIN_AUDIT_EXPORT, &request).await.unwrap();
    save_pieces(pieces, &file).await.unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let (report, _) = verify(BufReader::new(text.as_bytes()), &[], &[]);
    assert_eq!(found(&report), [""; 0]);
    assert_eq!(report.not_checked, [NotChecked::NoWitness, NotChecked::Closed]);
    assert!(report.own_acts >= 9 && report.standing_rows == 0 && !text.contains("told"));
    assert!(export(&world).await.contains("operator:operator-1"));
    let nobody = OperatorExport { municipality_code: "010006".to_owned(), ..request };
    assert!(admin.download(paths::ADMIN_AUDIT_EXPORT, &nobody).await.is_err());
}

async fn each_kind_of_tampering_with_a_lane_is_found_by_name(place: &TestDatabase) {
    let (world, attacker) = world_with_a_lane_that_ended(place).await;
    let lane = attacker.lane();
    let cases: [(&[&str], &str); 6] = [
        (
            &["UPDATE audit SET virtual_ms = virtual_ms + 1 WHERE lane = $1 AND sequence = 2"],
            "row 2 was altered",
        ),
        (&["UPDATE audit SET leaves = hash WHERE lane = $1 AND sequence = 2"], "row 2 was altered"),
        (&["DELETE FROM audit WHERE lane = $1 AND sequence = 2"], "rows 2 to 2 are missing"),
        (
            &[
                "UPDATE audit SET sequence = 0 WHERE lane = $1 AND sequence = 2",
                "UPDATE audit SET sequence = 2 WHERE lane = $1 AND sequence = 3",
                "UPDATE audit SET sequence = 3 WHERE lane = $1 AND sequence = 0",
            ],
            "row 2 does not follow from the row before it",
        ),
        (
            &["UPDATE audit SET entries = (SELECT entries FROM kept WHERE kept.lane = audit.lane AND \
               kept.sequence = 3) WHERE lane = $1 AND sequence = 2"],
            "row 2, entry 0 is not the one whose hash stands in the row",
        ),
        (
            &["UPDATE audit SET entries = substr(entries, 1, 0) WHERE lane = $1 AND sequence = 2"],
            "row 2, entry 0 is missing",
        ),
    ];
    for (statements, expected) in cases {
        attacker.on_lane(statements).await;
        let report = report(&world, &[]).await;
        let expected = format!("lane {lane}: {expected}");
        assert!(found(&report).contains(&expected), "{expected}: {report}");
        attacker.put_back().await;
    }
    assert_eq!(found(&report(&world, &[]).await), [""; 0]);
}

async fn an_end_cut_off_or_written_anew_is_found_with_a_witness_and_not_checked_without(
    place: &TestDatabase,
) {
    let (world, attacker) = world_with_a_lane_that_ended(place).await;
    let (lane, last) = (attacker.lane(), attacker.rows);
    let heads: Checkpoints = get(&world.office(OSAKA).hub, paths::CHECKPOINTS).await.json();
    let witness = heads.checkpoints;
    assert!(witness.iter().any(|head| head.lane == lane && head.sequence == last));
    let whole = report(&world, &witness).await;
    assert_eq!((found(&whole), whole.not_checked), (vec![], vec![]));

    attacker.write_the_end_anew().await;
    let anew = format!(
        "lane {lane}: row {last} is not the one that was signed or shown before: written anew, or forked"
    );
    assert!(found(&report(&world, &[]).await).contains(&anew), "the hub's own head shows it");
    attacker.on_lane(&["DELETE FROM checkpoint WHERE lane = $1"]).await;
    let alone = report(&world, &[]).await;
    assert_eq!(found(&alone).iter().filter(|text| text.contains(&lane)).count(), 0, "{alone}");
    assert!(alone.not_checked.contains(&NotChecked::NoWitness));
    assert!(found(&report(&world, &witness).await).contains(&anew));
    attacker.put_back().await;

    attacker.on_lane(&["DELETE FROM audit WHERE lane = $1 AND sequence > 2"]).await;
    let cut = format!("lane {lane}: the lane ends at 2, a witness saw {last}");
    assert!(found(&report(&world, &witness).await).contains(&cut));
    let alone = report(&world, &[]).await;
    assert!(!found(&alone).iter().any(|text| text.contains(&lane)), "{alone}");
    assert_eq!(
        alone.not_checked.iter().map(ToString::to_string).next().unwrap(),
        "whether the end of a lane, or a whole lane, is gone or was written anew: there is no witness"
    );
    attacker.on_lane(&["DELETE FROM audit WHERE lane = $1"]).await;
    let gone = format!("lane {lane}: the lane ends at 0, a witness saw {last}");
    assert!(found(&report(&world, &witness).await).contains(&gone));
}

/// A head that the hub did sign, called a cut by somebody who deletes what is before it.
async fn a_signed_head_is_no_cut(place: &TestDatabase) {
    let (world, attacker) = world_with_a_lane_that_ended(place).await;
    let (lane, last) = (attacker.lane(), attacker.rows);
    attacker
        .on_lane(&[
            "INSERT INTO audit_cut (lane, sequence, hash, at_ms, signature) \
             SELECT lane, sequence, hash, at_ms, signature FROM checkpoint WHERE lane = $1",
            "DELETE FROM audit WHERE lane = $1",
        ])
        .await;
    let found = found(&report(&world, &[]).await);
    let forged = format!("lane {lane}: the signature of the cut at row {last} is not the hub's");
    assert!(found.contains(&forged), "{found:?}");
}

async fn rows_of_the_tables_that_the_audit_knows_otherwise_are_found(place: &TestDatabase) {
    let (world, attacker) = world_with_a_lane_that_ended(place).await;
    let mut tx = attacker.desk.read().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    let sql = "SELECT sealed FROM certificate WHERE municipality_code = $1 AND person = 1";
    let before: Vec<u8> = on_connection!(&mut tx, conn =>
        sqlx::query(sql).bind(OSAKA).fetch_one(conn).await.unwrap().get(0));
    drop(tx);
    let changed = SubjectRecord { certification_name: "別の証".to_owned(), ..person(0).record() };
    world.office(OSAKA).register(&[changed]).await;
    assert_eq!(found(&report(&world, &[]).await), [""; 0]);

    // A whole older row: it opens, and only the audit knows better.
    let mut tx = attacker.desk.write().await.unwrap();
    tx.for_municipality(OSAKA).await.unwrap();
    let sql = "UPDATE certificate SET sealed = $2, version = 1 WHERE municipality_code = $1 AND person = 1";
    on_connection!(&mut tx, conn => sqlx::query(sql).bind(OSAKA).bind(&before).execute(conn).await.map(|_| ())).unwrap();
    tx.commit().await.unwrap();
    attacker.on_rows("DELETE FROM answer WHERE municipality_code = $1 AND person = 2").await;
    attacker.on_rows("UPDATE route SET person = 3 WHERE municipality_code = $1 AND person = 2").await;
    attacker
        .on_rows("UPDATE person SET version = version + 5 WHERE municipality_code = $1 AND person = 3")
        .await;
    assert_eq!(
        found(&report(&world, &[]).await),
        [
            "a route to person 3 does not bear the hub's mark",
            "certificate 1.1 was rolled back: it stands in version 1, the audit wrote version 2",
            "person 3 stands in version 7, which no act of the audit wrote",
            "answer 2 is missing: the audit wrote it and nothing of the audit removed it",
            "the route to person 2 is missing: nothing of the audit removed it",
        ]
    );
}

async fn what_the_hub_erases_is_not_missing(place: &TestDatabase) {
    let (world, _) = World::hub(place).await;
    let office = world.office(OSAKA);
    for n in 0..4 {
        office.register(&[person(n).record()]).await;
    }
    office.erase(&for_person(&person(1))).await;
    let after_person = report(&world, &[]).await;
    assert_eq!((found(&after_person), after_person.standing_rows), (vec![], 12));
    let everything: Erasure = office.ask_to_erase(&for_everything()).await.json();
    office.approve(&everything.erasure_id, SECOND).await.json::<Erasure>();
    let after_all = report(&world, &[]).await;
    assert_eq!((found(&after_all), after_all.standing_rows), (vec![], 0));
    office.register(&[person(2).record()]).await;
    let again = report(&world, &[]).await;
    assert_eq!((found(&again), again.standing_rows), (vec![], 4));
}

for_each_store!(
    an_untouched_export_verifies_and_holds_of_others_hashes_alone,
    the_operator_gets_the_same_closed_and_the_municipality_sees_that,
    each_kind_of_tampering_with_a_lane_is_found_by_name,
    an_end_cut_off_or_written_anew_is_found_with_a_witness_and_not_checked_without,
    a_signed_head_is_no_cut,
    rows_of_the_tables_that_the_audit_knows_otherwise_are_found,
    what_the_hub_erases_is_not_missing,
);
