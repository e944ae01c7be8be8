//! Names of schemas and roles, and the texts that hold them.

use crate::{OWNER, PartySchema, Plans, StoreError, database};

use super::LOCK_TIMEOUT_MS;

/// What a page costs that is read out of order, one in order being 1: in memory and on a disk without heads hardly more.
/// With the server's usual 4 the planner reads all people of a municipality whose rows it has not counted yet, to find
/// 256 of them by their keys.
const PAGE_COST: &str = "1.1";

/// `pmh_<world>_<party>`.
pub fn schema_name(world: &str, party: &str) -> String {
    format!("pmh_{world}_{party}")
}

/// The real names of one party's schema and roles. All are put into SQL in double quotes; a world has no
/// character that could end them.
pub(crate) struct Names {
    schema: String,
    roles: Vec<&'static str>,
}

impl Names {
    pub(crate) fn new(schema: &PartySchema, world: &str) -> Result<Self, StoreError> {
        database::check_world(world)?;
        let others = schema.roles.iter().map(|role| role.name).filter(|name| *name != OWNER);
        Ok(Self {
            schema: schema_name(world, schema.party),
            roles: std::iter::once(OWNER).chain(others).collect(),
        })
    }

    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    pub(super) fn role(&self, role: &str) -> String {
        format!("{}_{role}", self.schema)
    }

    /// The owner first.
    pub(super) fn roles(&self) -> impl Iterator<Item = String> {
        self.roles.iter().map(|role| self.role(role))
    }

    /// Replaces `{schema}` and `{<role>}`.
    pub(super) fn complete(&self, text: &str) -> String {
        let text = text.replace("{schema}", &format!("\"{}\"", self.schema));
        self.roles.iter().fold(text, |text, role| {
            text.replace(&format!("{{{role}}}"), &format!("\"{}\"", self.role(role)))
        })
    }

    /// What every connection of a pool runs first. A server set to lose the newest commits
    /// (`synchronous_commit = off`) is overruled for the session; stricter settings are left alone.
    pub(super) fn become_role(&self, role: &str, plans: Plans) -> String {
        // A plan that the planner makes against its will looks dear enough to be compiled, hence no `jit`.
        // By key is by key however long a list is, so one plan serves all of them. The planner would rather plan each anew:
        // it guesses ten rows for a list whose length it is not told.
        let by_key = "SET enable_seqscan TO off; SET enable_hashjoin TO off; SET enable_mergejoin TO off; SET jit TO off; \
                      SET plan_cache_mode TO force_generic_plan;";
        let plans = if plans == Plans::ByKey { by_key } else { "" };
        format!(
            "SET ROLE \"{}\"; SET search_path TO \"{}\"; SET lock_timeout TO {LOCK_TIMEOUT_MS}; \
             SET random_page_cost TO {PAGE_COST}; {plans} \
             SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') = 'off';",
            self.role(role),
            self.schema
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    const SCHEMA: PartySchema = PartySchema {
        party: "hub",
        migrations: &[],
        roles: &[
            Role { name: "desk", plans: Plans::Estimated, grants: &[] },
            Role { name: "query", plans: Plans::Estimated, grants: &[] },
        ],
    };

    #[test]
    fn placeholders_become_quoted_names() {
        let names = Names::new(&SCHEMA, "my-world").unwrap();
        assert_eq!(
            names
                .complete("CREATE POLICY p ON {schema}.t TO {desk}, {query}; ALTER TABLE t OWNER TO {owner}"),
            "CREATE POLICY p ON \"pmh_my-world_hub\".t TO \"pmh_my-world_hub_desk\", \
             \"pmh_my-world_hub_query\"; ALTER TABLE t OWNER TO \"pmh_my-world_hub_owner\""
        );
    }

    #[test]
    fn the_owner_stands_first_and_once() {
        let listed = PartySchema {
            roles: &[
                Role { name: "app", plans: Plans::Estimated, grants: &[] },
                Role { name: OWNER, plans: Plans::Estimated, grants: &[] },
            ],
            ..SCHEMA
        };
        let names = Names::new(&listed, "w").unwrap();
        assert_eq!(names.roles().collect::<Vec<_>>(), ["pmh_w_hub_owner", "pmh_w_hub_app"]);
    }

    #[test]
    fn a_world_that_could_end_a_quoted_name_is_refused() {
        assert!(matches!(Names::new(&SCHEMA, "w\"; DROP"), Err(StoreError::Usage(_))));
    }
}
