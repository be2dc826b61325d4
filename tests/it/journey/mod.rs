//! From a delivery to the accounts and back again, on the real servers.
