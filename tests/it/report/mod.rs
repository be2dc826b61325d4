//! Golden texts of every document, on hand-made ones. `INSTA_UPDATE=always cargo test --test it report` renews them;
//! look at the difference before committing it.

mod beside;
mod browser;
mod documents;
mod forms;
mod golden;
mod reports;
mod roster;
mod safety;
mod text;
