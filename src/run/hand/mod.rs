//! What somebody orders or changes by hand: edits, identities, links, consent, and the orders that stand until they are
//! taken back.

mod approve;
mod edit;
mod erase;
mod identify;
mod links;
mod maintenance;
pub mod pause;
mod suspend;
