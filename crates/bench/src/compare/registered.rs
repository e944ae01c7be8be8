//! Registration from the first byte of the files until everybody is numbered, against the bare writing of the same rows.

use std::time::Duration;

use anyhow::Result;
use pmh_domain::Stopwatch;
use pmh_wire::{Door, Party, PeerName, SubjectRecord};

use super::drive::real;
use super::outcome::Register;
use super::site::{Crowd, Rows};
use super::{Compare, Kind};
use crate::prepare;

/// Three rows of each.
const PEOPLE_MAX: usize = 10_000;
/// A chunk of a file has 250 rows, which is one transaction of registration.
const PEOPLE_OF_A_CHUNK: usize = 83;
/// Whoever takes part until somebody is numbered, and whoever is told then.
const PARTIES: [Party; 4] = [Party::Portal, Party::Eligibility, Party::Intermediate, Party::Hub];

impl Compare<'_> {
    /// All parties on all cores; every municipality hands its file in at the same time.
    pub(super) async fn register(&self, kind: Kind) -> Result<Register> {
        let people = PEOPLE_MAX.min(self.people.len());
        let crowd = Crowd::of(&self.program, people).await?;
        (self.say)(&format!("{}: registering {} rows", kind.name(), crowd.rows()));
        let site = self.site(kind, "registered").await?;
        let mut running = Vec::new();
        for party in PARTIES {
            running.push(site.serve(None, party).await?);
        }
        let doors = site.doors()?;
        let mut handing_in = Vec::new();
        for (municipality, records) in &crowd.records {
            let own = PeerName { party: Party::Municipality, name: municipality.clone() };
            let hub = doors.client(&own, Door::HubRegistration)?;
            let records: Vec<&SubjectRecord> = records.iter().collect();
            handing_in.push(async move { prepare::register(&hub, &records).await });
        }
        let watch = Stopwatch::start();
        futures_util::future::try_join_all(handing_in).await?;
        let rows_per_second = real(crowd.rows() as u64) / seconds(&watch).as_secs_f64();
        for party in running {
            party.stop().await?;
        }
        self.forget(&site).await?;
        Ok(Register {
            rows_per_second,
            to_bulk_insert: rows_per_second / self.bulk_insert(kind, people).await?,
        })
    }

    /// Rows a second of the same people, sealed before, into tables that are as empty as those of registration were.
    async fn bulk_insert(&self, kind: Kind, people: usize) -> Result<f64> {
        let site = self.site(kind, "inserted").await?;
        let rows = Rows::SealedBefore(PEOPLE_OF_A_CHUNK);
        let filled = site.fill(&self.ids, (0, people), rows, |_| {}).await?;
        self.forget(&site).await?;
        Ok(real(filled.records) / filled.seconds)
    }
}

fn seconds(watch: &Stopwatch) -> Duration {
    Duration::from_micros(watch.elapsed_us())
}
