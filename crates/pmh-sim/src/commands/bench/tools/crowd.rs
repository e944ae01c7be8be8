//! `bench crowd`: a crowd as a file, to be enrolled and registered over the parties' doors.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use pmh_simulator::crowd::Crowd;
use pmh_simulator::seed::{DEFAULT_SEED, write_private};
use pmh_wire::{EnrolCard, EnrolPerson, SubjectRecord};
use serde::Serialize;

use crate::exit::Failure;

#[derive(Args)]
pub(crate) struct WriteCrowd {
    #[arg(long)]
    people: usize,
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Default, Serialize)]
struct Written {
    /// By municipality.
    records: BTreeMap<String, Vec<SubjectRecord>>,
    people: Vec<(EnrolPerson, EnrolCard)>,
}

impl WriteCrowd {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        let mut crowd = Crowd::new(DEFAULT_SEED, self.people.max(1));
        crowd.ask_for(self.people);
        let mut written = Written::default();
        let mut people = BTreeMap::new();
        for batch in crowd {
            let records = written.records.entry(batch.municipality.to_string()).or_default();
            for member in batch.people {
                records.extend(member.records);
                people
                    .insert(member.place, (member.person.at_intermediate(), member.person.at_eligibility()));
            }
        }
        written.people = people.into_values().collect();
        let text = serde_json::to_vec(&written).expect("records and people become JSON");
        write_private(&self.out, &text).map_err(|error| Failure::file(&self.out, &error))?;
        Ok(ExitCode::SUCCESS)
    }
}
