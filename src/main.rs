//! The binary: parses the arguments, builds the runtime, and ends with the exit code of the verb.

use std::process::ExitCode;

use rosterd::{cli, net};

fn main() -> ExitCode {
    let arguments = match cli::parse() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    net::install_provider();
    cli::start_log(&arguments);
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(arguments)),
        Err(error) => cli::no_runtime(&error),
    }
}
