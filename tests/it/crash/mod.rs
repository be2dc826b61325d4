//! What is left when the process is killed, as a real process, on the real servers: nothing twice, nothing lost.

mod campaign;
mod imports;
mod kills;
