//! The binary: parses the arguments, builds the runtime, and ends with the exit code of the verb.

use std::process::ExitCode;

use rosterd::{cli, net};

/// A daemon lives for months: what a long read needed for a moment goes back to the system (jemalloc(3)). The C library
/// keeps most of it, in pieces.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// As much as the first thread has: what a verb waits for lies on it, all the deeper in a build for tests.
const STACK: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    let arguments = match cli::parse() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    net::install_provider();
    cli::start_log(&arguments);
    match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build() {
        // as a task it runs where what it waits for is noticed, and no other thread has to be woken each time
        Ok(runtime) => match runtime.block_on(runtime.spawn(cli::run(arguments))) {
            Ok(code) => code,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        },
        Err(error) => cli::no_runtime(&error),
    }
}
