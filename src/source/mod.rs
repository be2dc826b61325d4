//! Where facts come from: readers of files. IO. Each yields a [`Batch`](crate::org::Batch) with a proof of how whole
//! it is. A source decides nothing about the roster: what a batch means for it is said by [`crate::org::intake`].

pub mod csv;
mod error;
mod line;
mod national_id;
pub mod roster_jsonl;

pub use error::ReadError;
