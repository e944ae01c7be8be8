//! The whole clinic path against the hub alone: institution → OQS → hub, and back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use pmh_domain::PmhId;
use pmh_wire::{Door, Party, PeerName, SubjectRecord};

use super::drive::{Asker, HOSPITAL, WARM_UP, drive};
use super::site::{Crowd, Site};
use super::{Compare, Kind, median};
use crate::load::{Lane, Pace, Target};
use crate::prepare;
use crate::workload::Ready;

const PEOPLE_MAX: usize = 1_000;
const CONNECTIONS: usize = 128;
const ROUNDS: usize = 3;
const SECONDS: f64 = 2.0;
/// While the OQS learns whom a card belongs to.
const TRIES: usize = 60;
const TRY_SECONDS: f64 = 0.5;
const BEFORE_TRYING_AGAIN: Duration = Duration::from_millis(500);

impl Compare<'_> {
    /// The hub on its core in both, the generator on the other one; the OQS, and the other parties, which have nothing
    /// to do, go where the system puts them. The institution is the generator, under its certificate.
    pub(super) async fn visit(&self, kind: Kind) -> Result<f64> {
        (self.say)(&format!("{}: the whole clinic path", kind.name()));
        let site = self.site(kind, "visited").await?;
        let mut running = Vec::new();
        for party in [Party::Portal, Party::Eligibility, Party::Intermediate] {
            running.push(site.serve(None, party).await?);
        }
        running.push(site.serve(self.cores.server, Party::Hub).await?);
        let people = PEOPLE_MAX.min(self.people.len());
        let crowd = Crowd::of(&self.program, people).await?;
        let ids = settle(&site, &crowd).await?;
        let visits = Visits::of(&site, &crowd)?;
        self.until_known(&visits).await?;
        let hub = Asker::at_hub(&site, &ids)?;
        let core = self.cores.generator;
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let alone = hub.closed(core, CONNECTIONS, SECONDS).await?;
            let path = drive(core, vec![visits.lane(CONNECTIONS)], (WARM_UP, SECONDS)).await?;
            ratios.push(path.per_second / alone.per_second);
        }
        for party in running {
            party.stop().await?;
        }
        self.forget(&site).await?;
        Ok(median(ratios))
    }

    /// A visit of somebody whom the OQS does not know yet shows nothing, which fails the run.
    async fn until_known(&self, visits: &Visits) -> Result<()> {
        let mut last = None;
        for _ in 0..TRIES {
            match drive(self.cores.generator, vec![visits.lane(CONNECTIONS)], (WARM_UP, TRY_SECONDS)).await {
                Ok(_) => return Ok(()),
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(BEFORE_TRYING_AGAIN).await;
        }
        match last {
            Some(error) => Err(error.context("the OQS does not come to know everybody")),
            None => bail!("nobody visits"),
        }
    }
}

/// Everybody is enrolled, registered and numbered.
async fn settle(site: &Site, crowd: &Crowd) -> Result<Arc<[PmhId]>> {
    let doors = site.doors()?;
    let inhabitants = crowd.inhabitants();
    prepare::enrol(&doors, &inhabitants).await?;
    for (municipality, records) in &crowd.records {
        let own = PeerName { party: Party::Municipality, name: municipality.clone() };
        let hub = doors.client(&own, Door::HubRegistration)?;
        prepare::register(&hub, &records.iter().collect::<Vec<&SubjectRecord>>()).await?;
    }
    Ok(prepare::number(&doors, &inhabitants).await?.into())
}

struct Visits {
    target: Target,
    cards: Vec<String>,
}

impl Visits {
    fn of(site: &Site, crowd: &Crowd) -> Result<Self> {
        let own = PeerName { party: Party::Institution, name: HOSPITAL.to_owned() };
        let target = site.doors()?.target(&own, Door::Confirmation)?;
        let cards = crowd.inhabitants().into_iter().map(|one| one.card.card_serial).collect();
        Ok(Self { target, cards })
    }

    fn lane(&self, connections: usize) -> Lane {
        let workload = Ready::visits(self.target.address(), HOSPITAL, &self.cards);
        Lane::new("visit", &self.target, Pace::Closed, connections, Box::new(workload))
    }
}
