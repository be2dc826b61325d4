//! What is left when the process is killed, as a real process, on the real servers: nothing twice, nothing lost.

#[cfg(feature = "lab")]
mod applies;
mod campaign;
mod full;
mod imports;
mod kills;
mod power;
#[cfg(feature = "lab")]
mod rolling;
#[cfg(feature = "lab")]
mod stops;
#[cfg(feature = "lab")]
mod turning;
