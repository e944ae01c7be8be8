//! What is true: identifiers, records, states, rules, clock and chance. Pure.
