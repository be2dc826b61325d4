//! What goes on by itself beside the runs: how everything stands, what is told of it, and the letters on their way.

pub mod alarms;
mod health;
pub mod post;
pub mod scene;
mod standing;
mod watched;
