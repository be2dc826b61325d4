//! Golden texts of every document, on hand-made ones. `INSTA_UPDATE=always cargo test --test it report` renews them;
//! look at the difference before committing it.

mod documents;
mod drift;
mod forms;
mod safety;
mod text;
mod upcoming;
