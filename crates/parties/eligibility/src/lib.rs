//! The online eligibility verification system: mints linkage keys and relays answers.
